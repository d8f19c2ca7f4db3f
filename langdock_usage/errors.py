"""Everything this package raises on purpose.

    LangdockUsageError            one clear line: what is wrong, and what to do next
    ├── InvalidRequest            an argument is not valid (exit status 2)
    ├── SettingsError             the file .env or check.toml cannot be read, or is wrong
    ├── ApiError                  the service refused, failed, or answered nonsense
    │   ├── AccessDenied          no key, a wrong key, or a key without the scope
    │   ├── RequestRefused        the service does not want this request, whatever the reason
    │   │   └── ExportTooLarge    narrow the period and combine
    │   ├── PeriodMismatch        the answer is about another period than was asked for
    │   └── ServiceUnavailable    it may work later: nothing wrong with the request
    │       └── Overloaded        server trouble or no answer in time: fewer at once may help
    │           ├── NoAnswer      nothing came for minutes
    │           └── RateLimited   too many requests in a minute
    ├── ExportFormatError         a CSV is not a usage export; says file, line, column and value
    ├── ReferenceFileError        a file like keys.csv cannot be loaded; names the wrong lines
    ├── StoreError                the database file cannot be used
    │   ├── DatabaseMissing
    │   ├── DatabaseLocked        another process has it open
    │   └── ExportConflict        an export contradicts what is stored (overlap, zone, workspace)
    ├── PackageMissing            a package is missing that not everybody needs
    ├── NoData                    the database has nothing for what was asked
    ├── NoRate                    a day has no exchange rate
    ├── NotFinal                  a month may still change, has gaps, or does not add up
    ├── PseudonymsError           the secret behind pseudonyms is missing, damaged, or not secret
    └── ReportError               a notebook failed while it was executed

The library raises these; only the command line prints them and turns them into an exit status.

It warns with

    IncompletePeriod              days of the period asked about are missing or provisional
    LeftOut                       part of what is known cannot be split to answer a question
    TooLittleHistory              too few days are known to say how sure a forecast is
    TokensMissing                 the usage asked about has no known tokens, and so no price
    DatabaseBusy                  another process writes; the answer waits for it
"""


class LangdockUsageError(Exception):
    """Base of all errors of this package. Its text is fit to be shown to the user.

    `on_command_line` is the text where it says what to do next in another way than in Python.
    """

    exit_status = 1

    def __init__(self, message: str = "", *, on_command_line: str | None = None) -> None:
        super().__init__(message)
        self.on_command_line = on_command_line or message


class InvalidRequest(LangdockUsageError):
    """A month, zone, period, notebook or parameter that is not valid."""

    exit_status = 2


class SettingsError(LangdockUsageError):
    """A file of settings, `.env` or `check.toml`, cannot be read or says what is not known."""


class ApiError(LangdockUsageError):
    """The Usage Export API refused, failed, or answered with something that is not an export."""


class AccessDenied(ApiError):
    """No key, a wrong key, or a key without the scope USAGE_EXPORT_API."""


class RequestRefused(ApiError):
    """The service answers 400: it does not want this request."""


class ExportTooLarge(RequestRefused):
    """The service refuses an export of this size."""


class PeriodMismatch(ApiError):
    """The service read another period than the one that was asked for."""


class ServiceUnavailable(ApiError):
    """Rate limit, server trouble or a bad connection. `retry_after` is the header of that name."""

    def __init__(self, message: str, *, retry_after: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(ServiceUnavailable):
    """Server trouble, or no answer in time: the service may want fewer requests at once."""


class NoAnswer(Overloaded):
    """The service, or the storage host, did not answer within minutes."""


class RateLimited(Overloaded):
    """The workspace asked more than the service allows in a minute."""


class ExportFormatError(LangdockUsageError):
    """A CSV is not a usage export, or one of its values is not what its column says."""


class ReferenceFileError(LangdockUsageError):
    """A file like `keys.csv` cannot be read, or has lines that are wrong; nothing was changed."""


KeysFileError = ReferenceFileError  # its name in version 0.1


class StoreError(LangdockUsageError):
    """The database file cannot be used."""


class DatabaseMissing(StoreError):
    """There is no database file at this path."""


class DatabaseLocked(StoreError):
    """Another process has the database open."""


class ExportConflict(StoreError):
    """An export contradicts what is stored: overlapping period, other zone, other workspace."""


class PackageMissing(LangdockUsageError):
    """A package is missing that belongs to an extra of this one."""


class NoData(LangdockUsageError):
    """The database holds nothing for what was asked."""


class NoRate(LangdockUsageError):
    """No exchange rate is known for a day, nor for the days before."""


class NotFinal(LangdockUsageError):
    """A month that has to be final, complete and reconciled is not."""


class PseudonymsError(LangdockUsageError):
    """The file that pseudonyms are made with is missing, damaged, or readable by others."""


class ReportError(LangdockUsageError):
    """A notebook failed while it was executed."""


class IncompletePeriod(UserWarning):
    """Days asked about are missing, or provisional: late usage may still change them."""


class LeftOut(UserWarning):
    """A period reaches beyond the days asked for; it cannot be split and is not counted."""


class DatabaseBusy(UserWarning):
    """Another process has the database open; the answer waits some seconds for it."""


class TooLittleHistory(UserWarning):
    """Too few days are known to say how sure a forecast is."""


class TokensMissing(UserWarning):
    """The usage asked about has no token columns, or none that add up: it cannot be priced."""
