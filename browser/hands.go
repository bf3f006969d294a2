package browser

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Click presses the mouse's left button in the middle of the first element that the selector finds, once it is there
// and nothing covers it. A page that is alive may move between the look and the press: a press that came down elsewhere
// is kept from the page and done again, for a minute at most.
func Click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		for {
			at, err := chromedp.Poll[[]float64](fmt.Sprintf(aim, strconv.Quote(selector)), chromedp.WithPollingTimeout(0))(ctx, target)
			if err != nil {
				return fmt.Errorf("nothing to press at %s: %w", selector, err)
			}
			if _, err := chromedp.MouseClickXY(at[0], at[1])(ctx, target); err != nil {
				return fmt.Errorf("pressing %s: %w", selector, err)
			}
			// A press that leads to another page leaves nothing of the old one's.
			landed, err := chromedp.Evaluate[bool](`(window.landed ?? "there") === "there"`)(ctx, target)
			if err != nil || landed {
				return err
			}
		}
	})
}

// aim is an expression that brings the element into view and says where its middle is, as [x, y] in CSS pixels, or null
// while that cannot be pressed. From then on window.landed says where the press came down.
const aim = `((selector) => {
	const element = document.querySelector(selector);
	const is = (node) => element.contains(node) || [...(element.labels ?? [])].some((label) => label.contains(node));
	element?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
	const box = element?.getBoundingClientRect();
	const x = box?.x + box?.width / 2, y = box?.y + box?.height / 2;
	if (!element || !is(document.elementFromPoint(x, y))) return null;
	const kinds = ["pointerdown", "mousedown", "pointerup", "mouseup", "click"];
	window.pressing?.abort();
	window.pressing = new AbortController();
	window.landed = "nowhere";
	for (const kind of kinds) window.addEventListener(kind, (event) => {
		if (is(event.target)) {
			if (kind === "click") { window.landed = "there"; window.pressing.abort(); }
			return;
		}
		event.stopImmediatePropagation();
		event.preventDefault();
	}, { capture: true, signal: window.pressing.signal });
	return [x, y];
})(%s)`

// Drag presses the mouse's left button at one place of the window, moves to another and lets go. Places are in CSS
// pixels from the window's upper left corner.
func (p *Tab) Drag(fromX, fromY, toX, toY float64) {
	p.t.Helper()
	held := func(e *input.DispatchMouseEventParams) { e.Buttons = 1 }
	p.Do(
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, fromX, fromY),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, fromX, fromY, chromedp.ButtonLeft, held),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, (fromX+toX)/2, (fromY+toY)/2, chromedp.ButtonLeft, held),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, toX, toY, chromedp.ButtonLeft, held),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, toX, toY, chromedp.ButtonLeft),
	)
}

// MoveAway moves the mouse to the window's upper left corner.
func (p *Tab) MoveAway() {
	p.t.Helper()
	p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 1, 1))
}

// Press presses a key of [github.com/chromedp/chromedp/kb].
func (p *Tab) Press(key string, modifiers ...chromedp.Modifier) {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(key, chromedp.KeyModifiers(modifiers...)))
}
