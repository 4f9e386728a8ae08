"""The program on a kiosk's own computer that prints for the hall: ``antrean kiosk-agent``."""
