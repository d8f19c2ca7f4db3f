"""Days that failed, and when there are so many that it is hopeless to go on."""

from langdock_usage.errors import LangdockUsageError, ServiceUnavailable

UNANSWERED_IN_A_ROW = 3
WITHOUT_ANY_SUCCESS = 30


class Failures:
    """The errors of single days. The others go on, unless the service is gone or takes nothing."""

    def __init__(self) -> None:
        self.errors: list[LangdockUsageError] = []
        self._unanswered_in_a_row = 0
        self._has_success = False

    def add(self, error: LangdockUsageError) -> None:
        """Note the error of a day; raises it where it is hopeless to go on."""
        self.errors.append(error)
        if isinstance(error, ServiceUnavailable):
            self._unanswered_in_a_row += 1
            is_hopeless = self._unanswered_in_a_row == UNANSWERED_IN_A_ROW
        else:
            is_hopeless = not self._has_success and len(self.errors) >= WITHOUT_ANY_SUCCESS
        if is_hopeless:
            raise error

    def add_success(self) -> None:
        """Note that a day was answered well."""
        self._unanswered_in_a_row = 0
        self._has_success = True
