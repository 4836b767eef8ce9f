"""A page that is open in Chromium."""


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
