package accesslog

import "bytes"

// keys are the texts of a shard's keys. What many paths begin with, up to the last slash, stands once: a million paths
// share few folders.
type keys struct {
	chunks [][]byte // of chunkBytes each: the head's number, the tail's length in one byte or two, the tail
	heads  []string // heads[0] is ""
	number map[string]uint8
}

const (
	chunkBytes = 1 << 14
	maxHeads   = 256
)

// split divides a key after its last slash.
func split(key []byte) (head, tail []byte) {
	at := bytes.LastIndexByte(key, '/') + 1
	return key[:at], key[at:]
}

// store keeps a key and says where.
func (k *keys) store(key []byte) uint32 {
	head, tail := split(key)
	number, ok := k.head(head)
	if !ok {
		tail = key
	}
	need := len(tail) + 3
	if n := len(k.chunks); n == 0 || len(k.chunks[n-1])+need > chunkBytes {
		k.chunks = append(k.chunks, chunk[byte](n, chunkBytes))
	}
	last := &k.chunks[len(k.chunks)-1]
	at := uint32(len(k.chunks)-1)*chunkBytes + uint32(len(*last))
	*last = append(*last, number)
	if len(tail) < 0x80 {
		*last = append(*last, byte(len(tail)))
	} else {
		*last = append(*last, 0x80|byte(len(tail)>>8), byte(len(tail)))
	}
	*last = append(*last, tail...)
	return at
}

// head numbers a head; of more than maxHeads the later ones have no number and stand in their keys.
func (k *keys) head(head []byte) (uint8, bool) {
	if len(head) == 0 {
		return 0, true
	}
	if number, ok := k.number[string(head)]; ok {
		return number, true
	}
	if k.number == nil {
		k.number, k.heads = map[string]uint8{}, []string{""}
	}
	if len(k.heads) >= maxHeads {
		return 0, false
	}
	number := uint8(len(k.heads))
	k.heads = append(k.heads, string(head))
	k.number[k.heads[number]] = number
	return number, true
}

// parts are those of the key that is stored there.
func (k *keys) parts(at uint32) (head string, tail []byte) {
	chunk := k.chunks[at/chunkBytes][at%chunkBytes:]
	if chunk[0] > 0 {
		head = k.heads[chunk[0]]
	}
	n, rest := int(chunk[1]), chunk[2:]
	if n >= 0x80 {
		n, rest = (n&0x7f)<<8|int(chunk[2]), chunk[3:]
	}
	return head, rest[:n]
}

func (k *keys) equal(at uint32, key []byte) bool {
	head, tail := k.parts(at)
	return len(head)+len(tail) == len(key) && string(tail) == string(key[len(head):]) && head == string(key[:len(head)])
}

// append appends the key that is stored there.
func (k *keys) append(to []byte, at uint32) []byte {
	head, tail := k.parts(at)
	return append(append(to, head...), tail...)
}

// chunk makes room for the rest of a list that has so many chunks; a list's first one grows as it must.
func chunk[T any](before, size int) []T {
	if before == 0 {
		return nil
	}
	return make([]T, 0, size)
}
