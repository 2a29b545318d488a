"""Growth: a hub with years of visits, and what its statements read of it."""
