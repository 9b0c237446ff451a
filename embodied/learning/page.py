"""How the pages of reports look: dark on white, nothing wider than the page or than a sheet of paper."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

STYLE: Final = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111;
  background:#fff;overflow-wrap:anywhere}
h2{margin-top:2rem;border-bottom:1px solid #ddd} svg{width:100%;max-width:46rem} img{max-width:100%}
table{border-collapse:collapse} td,th{padding:.2rem 1.2rem .2rem 0;text-align:left;vertical-align:top}
th{font-weight:600;overflow-wrap:normal} .facts th{color:#555;min-width:7rem}
.numbers{font-size:13px;font-variant-numeric:tabular-nums} .numbers td,.numbers th{padding-right:1rem}
pre{background:#f5f5f5;padding:.8rem;font-size:13px;white-space:pre-wrap} li{margin:.2rem 0}
.verdict{font-weight:bold} .PASSED{color:#00663f} .FAILED{color:#b32400} .UNKNOWN{color:#7a5200}
.film{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:.6rem}
.film label{cursor:zoom-in;font-size:13px;color:#444} .film img{display:block;width:100%}
.film input{position:absolute;opacity:0} .film input:focus-visible+span{outline:3px solid #0072b2}
.film label:has(:checked){grid-column:1/-1;cursor:zoom-out}
details{margin:.6rem 0} summary{cursor:pointer}
@media print{body{max-width:none;margin:0;font-size:11px} pre{font-size:9px}
  svg,.film label,tr{break-inside:avoid} h2,h3{break-after:avoid}}
"""


def page(title: str, body: str) -> str:
    """A whole page; `body` is HTML, the title is text."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>\n'
        f"<body>\n{body}\n</body></html>\n"
    )


def facts(rows: Mapping[str, str]) -> str:
    """Names and what they are, in two columns."""
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows.items())
    return f'<table class="facts">{cells}</table>'
