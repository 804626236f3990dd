"""The rules: one published method a file, each a pure function over arrays."""
