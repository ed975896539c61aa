package verify

import "slices"

// phrases finds known phrases among words.
type phrases struct {
	byFirst map[string][]phrase // the longer ones first
}

type phrase struct {
	words []string
	group int
}

// A hit is a phrase found: words [from, to).
type hit struct{ group, from, to int }

func (p *phrases) add(group int, texts []string) {
	if p.byFirst == nil {
		p.byFirst = map[string][]phrase{}
	}
	for _, t := range texts {
		var norms []string
		for _, w := range scan(plain(t)) {
			norms = append(norms, w.norm)
		}
		if len(norms) == 0 {
			continue
		}
		l := append(p.byFirst[norms[0]], phrase{norms, group})
		slices.SortStableFunc(l, func(a, b phrase) int { return len(b.words) - len(a.words) })
		p.byFirst[norms[0]] = l
	}
}

// find returns the longest phrase at each place, in order, not overlapping.
func (p *phrases) find(words []word) []hit {
	var out []hit
	for i := 0; i < len(words); {
		n := 0
		for _, ph := range p.byFirst[words[i].norm] {
			if matches(ph.words, words[i:]) {
				n = len(ph.words)
				out = append(out, hit{ph.group, i, i + n})
				break
			}
		}
		i += max(1, n)
	}
	return out
}

func matches(norms []string, words []word) bool {
	if len(norms) > len(words) {
		return false
	}
	for i, n := range norms {
		if words[i].norm != n || i > 0 && words[i].gap >= clausal {
			return false
		}
	}
	return true
}
