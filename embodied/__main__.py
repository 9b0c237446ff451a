"""`python -m embodied`."""

from embodied.cli.entry import main

main()
