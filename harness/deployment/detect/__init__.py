"""How the app of a folder is started, where no file of deployments says so."""
