"""What locust loads: all users, the load shape, and the listeners that supply data and audit each run."""

from loadtests.framework import run_end  # noqa: F401 - registers its listeners
from loadtests.framework.shapes import PlannedShape  # noqa: F401
from loadtests.scenarios.calendars import OpenCalendar  # noqa: F401
from loadtests.scenarios.customers import CustomerUser  # noqa: F401
from loadtests.scenarios.dashboards import Dashboard  # noqa: F401
from loadtests.scenarios.exits import ExitOperator  # noqa: F401
from loadtests.scenarios.operators import ContinuousOperator, HandHeldOperator, OfflineOperator  # noqa: F401
from loadtests.scenarios.reconnects import HerdScanner  # noqa: F401
from loadtests.scenarios.rush import CrowdScanner, Fans  # noqa: F401
from loadtests.scenarios.shops import ShopUser  # noqa: F401
from loadtests.scenarios.shows import ShowVisitorUser  # noqa: F401
