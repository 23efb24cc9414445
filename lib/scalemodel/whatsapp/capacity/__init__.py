"""How many phones one machine holds, and how many machines a planet needs."""
