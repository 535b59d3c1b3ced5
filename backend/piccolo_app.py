"""The one Piccolo app: its migrations folder. Tables are listed in backend/tables.py."""

from piccolo.conf.apps import AppConfig

from backend.environment import ROOT

APP_CONFIG = AppConfig(app_name="porchlight", migrations_folder_path=str(ROOT / "migrations"), table_classes=[])
