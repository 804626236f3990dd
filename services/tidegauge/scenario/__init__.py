"""The scenario generator: declarations of an invented country, with planted events and the truth about them.

Pure modules say what to generate (`catalogue`, `events`, `world`, `lines`, `versions`, `delivery`, `totals`);
`plan` reads a plan of events, `text` puts rows into words, `write` writes the files.
"""
