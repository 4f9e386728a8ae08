"""From a ticket to paper: layout, bytes, spooler, one adapter a kind of printer."""
