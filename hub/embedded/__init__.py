"""Postgres and Valkey from wheels, for the one-command run.

supervisor.EmbeddedServers   starts both, starts a dead one again, stops both
  postgres.Postgres          one data folder, one process
  valkey.Valkey              one data folder, one process
    launch.start             how a server process is started, as root and as a normal user
    stale_servers.clear      what a killed hub may have left behind
  ports_and_passwords        ports and passwords that outlive a run
"""
