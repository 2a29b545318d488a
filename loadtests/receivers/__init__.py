"""What the hub under load sends to: a mail server with the mailboxes of all customers, and the webhook receiver of a shop."""
