package browser

import (
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/memory"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Memory is what a page holds once its garbage is collected: the bytes of its scripts' heap, and its nodes, those of
// other pages of the same process included.
func (p *Tab) Memory() (heapBytes, nodes int64) {
	p.t.Helper()
	call(p, heapprofiler.CollectGarbage, cdp.Empty{})
	heap, err := chromedp.Call(p.ctx, runtime.GetHeapUsage, cdp.Empty{})
	if err != nil {
		p.t.Fatalf("the page's heap: %v", err)
	}
	counters, err := chromedp.Call(p.ctx, memory.GetDOMCounters, cdp.Empty{})
	if err != nil {
		p.t.Fatalf("the page's nodes: %v", err)
	}
	return int64(heap.UsedSize), int64(counters.Nodes)
}
