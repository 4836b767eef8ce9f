"""A page that is open in Chromium."""

TAPS = 5
"""A busy machine makes a long press of a tap, which is no click: so often it is tried again."""
HEARD_MS = 2000
"""So long what a tap changes is waited for; unloaded it is there within a frame."""


class Visit:
    """A page that is open; `said` is what it said, `asked` what it asked for."""

    def __init__(self, browser, address, width=1440, scheme="light", *, touch=False):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, has_touch=touch
        )
        self.page, self.said, self.asked = context.new_page(), [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)
        self.page.locator("[data-entry], [data-tensor]").first.wait_for()

    def cell(self, name):
        return self.page.locator(f"[data-entry='{name}']")

    def names(self, selector):
        return {x.get_attribute("data-entry") for x in self.page.locator(selector).all()}

    def tap(self, place, changed="el => el.classList.contains('chosen')"):
        """Touch a place until `changed`, asked of it, is true."""
        from playwright.sync_api import TimeoutError as NotSeenError

        node = place.element_handle()
        for _ in range(TAPS):
            place.tap()
            try:
                self.page.wait_for_function(changed, arg=node, timeout=HEARD_MS)
            except NotSeenError:
                continue
            return
        raise AssertionError(f"{place} was touched {TAPS} times, and nothing changed")
