package config

import "strings"

// maxPatternStates bounds the search of includes. Beyond it the answer is "no", which only leaves a refusal out.
const maxPatternStates = 20_000

// includes decides exactly whether every path of a pattern is a path of one of the others. A pattern is an
// automaton whose state is a position in it. The search walks the pattern's own states beside the set of all
// positions the others may be in meanwhile, over the characters they name and one that stands for all the rest.
// The pattern at its end while no other is at its end is a path that the others leave over.
func includes(others []string, pattern string) bool {
	type state struct {
		own  int
		rest string // a positions set
	}
	alphabet := letters(append([]string{pattern}, others...))
	var todo []state
	seen := map[state]bool{}
	// reach notes a state and those after it that need no character. false: a path is left over.
	reach := func(own int, rest positions) bool {
		for ; own < len(pattern); own++ {
			if s := (state{own, string(rest)}); !seen[s] {
				seen[s] = true
				todo = append(todo, s)
			}
			if pattern[own] != '*' {
				return true
			}
		}
		return rest.accept(others)
	}
	if !reach(0, startPositions(others)) {
		return false
	}
	for len(todo) > 0 && len(seen) <= maxPatternStates {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, letter := range alphabet {
			own := s.own
			if pattern[own] == '?' || pattern[own] == letter {
				own++
			} else if pattern[own] != '*' {
				continue
			}
			if !reach(own, positions(s.rest).step(others, letter)) {
				return false
			}
		}
	}
	return len(todo) == 0
}

// anyOther stands for all characters that no pattern names.
const anyOther = '\x00'

func letters(patterns []string) []byte {
	all := []byte{anyOther}
	for _, pattern := range patterns {
		for i := range len(pattern) {
			if c := pattern[i]; c != '*' && c != '?' && !strings.Contains(string(all), string(c)) {
				all = append(all, c)
			}
		}
	}
	return all
}

// positions has one byte per position of each pattern, its end included: 1 where the pattern may be there.
type positions []byte

func newPositions(patterns []string) positions {
	size := 0
	for _, pattern := range patterns {
		size += len(pattern) + 1
	}
	return make(positions, size)
}

func startPositions(patterns []string) positions {
	set, base := newPositions(patterns), 0
	for _, pattern := range patterns {
		set.add(base, pattern, 0)
		base += len(pattern) + 1
	}
	return set
}

// add notes a position and those that follow because "*" may match nothing.
func (set positions) add(base int, pattern string, at int) {
	set[base+at] = 1
	for at < len(pattern) && pattern[at] == '*' {
		at++
		set[base+at] = 1
	}
}

// step is where the patterns may be after one more character.
func (set positions) step(patterns []string, letter byte) positions {
	next, base := newPositions(patterns), 0
	for _, pattern := range patterns {
		for at := range len(pattern) {
			switch {
			case set[base+at] == 0:
			case pattern[at] == '*':
				next.add(base, pattern, at)
			case pattern[at] == '?' || pattern[at] == letter:
				next.add(base, pattern, at+1)
			}
		}
		base += len(pattern) + 1
	}
	return next
}

// accept says whether a pattern is at its end.
func (set positions) accept(patterns []string) bool {
	end := -1
	for _, pattern := range patterns {
		end += len(pattern) + 1
		if set[end] == 1 {
			return true
		}
	}
	return false
}
