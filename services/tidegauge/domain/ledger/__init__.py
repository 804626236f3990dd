"""The ledger: folds versions of lines and vintages of cells, and says what each change contributes."""
