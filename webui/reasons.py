"""What connectors find wrong, as message ids: the engine says it in English, and pages translate it (:mod:`webui.i18n`)."""

from webui.words import lazy_gettext

TEXTS = (
    lazy_gettext("it must be a text that is not empty"),
    lazy_gettext("it has characters that are none"),
    lazy_gettext("it must be one line without control characters"),
    lazy_gettext("it must be a context"),
    lazy_gettext("it must name at least one recipient"),
    lazy_gettext("it must be an e-mail address or a list of them"),
    lazy_gettext("it must begin with http:// or https:// and a host"),
    lazy_gettext("it must not hold a user; say who calls in the header Authorization"),
    lazy_gettext("it is no URL"),
    lazy_gettext("its entries must be texts, numbers, dates or true and false"),
    lazy_gettext("it has values that JSON has no word for"),
    lazy_gettext("it must be one of GET, POST, PUT, PATCH, DELETE"),
    lazy_gettext("it is packed in a way that was not asked for"),
    lazy_gettext("it is larger than 1 MB"),
    lazy_gettext("it is nested too deep"),
    lazy_gettext("characters"),
    lazy_gettext("bytes"),
    lazy_gettext("entries"),
    lazy_gettext("recipients"),
)
