"""Embedded servers: Postgres and Valkey from Python wheels, started by `hub run` if no server URLs are set.

supervisor.EmbeddedServers   starts both, restarts one that died, stops both
  postgres.Postgres          one data folder, one process
  valkey.Valkey              one data folder, one process
    launch.start             how a server process is started, as root and as a normal user
    stale_servers.clear      stops servers that a killed hub left running
  ports_and_passwords        ports and passwords, the same in every run
"""
