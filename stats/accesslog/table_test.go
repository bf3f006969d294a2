package accesslog

import (
	"bytes"
	"fmt"
	"testing"
)

// Whoever asks for endless long addresses fills no memory, and hides nothing that is asked for often.
func TestTable_boundsTheTextOfKeys(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{1, 4} {
		const text, long, often = 4 << 20, 8000, 200
		table := newTable(DefaultLimit, parallel)
		table.chunks = text / chunkBytes / len(table.shards)
		pad := bytes.Repeat([]byte("x"), long)
		requests := 0
		for i := range 8000 { // 64 MB of text
			table.add(fmt.Appendf(nil, "%d%s", i, pad), event{})
			requests++
			if i%40 == 0 {
				table.add([]byte("/often"), event{})
				requests++
			}
		}
		held := 0
		for i := range table.shards {
			held += len(table.shards[i].keys.chunks) * chunkBytes
		}
		if most := text + 2*len(table.shards)*chunkBytes; held > most {
			t.Errorf("parallel %d: %d bytes of keys, want at most %d", parallel, held, most)
		}
		best, _, dropped := topOf(table, 1)
		if best[0].key != "/often" || dropped == 0 || best[0].Requests+dropped < often || best[0].Requests > often || table.requests() != int64(requests) {
			t.Errorf("parallel %d: %s with %d requests of %d, may lack %d", parallel, best[0].key, best[0].Requests, table.requests(), dropped)
		}
	}
}
