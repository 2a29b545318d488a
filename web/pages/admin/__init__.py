"""The organiser's pages: rooms, shows, performances and bookings. Managers only. All of them work without JavaScript."""
