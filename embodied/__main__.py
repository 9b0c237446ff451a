"""`python -m embodied`."""

from embodied.cli.main import main

main()
