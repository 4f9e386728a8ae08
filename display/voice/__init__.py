"""How a call sounds: its sentence, the pieces of it, the file that a loudspeaker plays."""
