"""The pages: what `frontend/` builds, served beside the API that they use."""
