package browser

import (
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

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
