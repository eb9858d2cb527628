"""What gunicorn loads: environment, settings, runtime, application."""

from service import garbage, logs
from service.app import create_app
from service.config import Settings
from service.runtime import build

settings = Settings.from_environ()
logs.configure(settings.log_level)
app = create_app(build(settings))
garbage.look_seldom()
