"""Which call is said next in each zone, by which board's loudspeaker."""
