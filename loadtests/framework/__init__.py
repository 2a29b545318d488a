"""What the users of the load scenarios share: arrivals at planned moments, checked answers, pools, history, shapes and the verdict."""
