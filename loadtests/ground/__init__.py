"""The prepared data of a load run: staff, slots, tickets and reservations, and the file that locust reads."""
