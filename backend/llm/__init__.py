"""Language models: which one is asked, how it is called, and the ledger of paid replies."""
