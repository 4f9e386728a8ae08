"""Where the hall's ledger lies: SQLite, or memory for tests."""
