"""Settings: config.yaml and the environment."""
