package catalogue

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/waymark-bot/waymark/corpus"
)

// A description is a span of a report that describes one project.
type description struct {
	report     string
	names      []string // as the report writes them, the main one first
	start, end int      // bytes in the report's clean text
	whole      bool     // a section, not a row or an item
	category   string   // the heading it stands under
	language   string   // of the report
}

// describe finds the descriptions in all reports, in order.
func describe(reports []corpus.Report, v *corpus.Vocabulary) []description {
	var out []description
	for i := range reports {
		out = append(out, describeReport(&reports[i], v)...)
	}
	return out
}

func describeReport(r *corpus.Report, v *corpus.Vocabulary) []description {
	var out []description
	for i, s := range r.Sections {
		inner := describedBy(out, s)
		if explainsNotions(s, v.Names.Notions) {
			continue
		}
		if d, ok := describeSection(r, i, v); ok {
			out = append(out, d)
			continue
		}
		if inner {
			continue // the parts of a project are no projects
		}
		out = append(out, describeBlocks(r, s, v)...)
	}
	return out
}

// explainsNotions reports whether s stands below a heading such as "Glossary".
func explainsNotions(s corpus.Section, headings []string) bool {
	return slices.ContainsFunc(s.Path, func(h string) bool {
		return slices.ContainsFunc(headings, func(k string) bool { return corpus.Fold(k) == corpus.Fold(h) })
	})
}

// describedBy reports whether s lies inside a section that describes a project.
func describedBy(found []description, s corpus.Section) bool {
	return slices.ContainsFunc(found, func(d description) bool { return d.whole && d.start <= s.Start && s.End <= d.end })
}

// describeSection takes a section whose heading is a name with which its text
// opens, or whose heading asks what a name is.
func describeSection(r *corpus.Report, i int, v *corpus.Vocabulary) (description, bool) {
	s := r.Sections[i]
	if len(s.Path) == 0 || len(s.Blocks) == 0 {
		return description{}, false
	}
	heading := s.Path[len(s.Path)-1]
	d := description{report: r.ID, start: s.Start, end: lastOf(r, i), whole: true, language: r.Language}
	if len(s.Path) > 1 {
		d.category = s.Path[len(s.Path)-2]
	}
	if name := askedName(heading, v.Names.Headings); name != "" {
		d.names = splitName(name)
		if len(s.Path) > 2 {
			d.category = s.Path[len(s.Path)-3]
		}
		d.end = endOfAsked(r, i, v.Names.Headings)
		return d, len(d.names) > 0
	}
	before, _, titled := strings.Cut(strings.ReplaceAll(heading, "：", ":"), ":")
	name := strings.TrimSpace(before)
	if !isName(name) || hasChildren(r, i) {
		return description{}, false
	}
	text := r.Text[s.Start:d.end]
	d.names = splitName(name)
	if len(d.names) == 0 || !describes(r, s, text, d.names, titled) {
		return description{}, false
	}
	d.names = append(d.names, bracketed(text, d.names)...)
	return d, true
}

// describes reports whether text is about one of the names in its heading: it opens
// with it, or names it often, or names it at all when it can be nothing but a name.
func describes(r *corpus.Report, s corpus.Section, text string, names []string, titled bool) bool {
	first := text
	if spans := corpus.Sentences(text); len(spans) > 0 {
		first = text[:spans[0].End]
	}
	for _, n := range names {
		switch {
		case opensWith(text, n), titled && strings.Count(text, n) >= minNamings:
			return true
		case len(names) > 1 && strings.Contains(first, n):
			return true
		case !titled && isProper(n) && strings.Contains(text, n) && !hasNamesBelow(s) &&
			!strings.Contains(r.Text, lowerFirst(n)) && !strings.Contains(r.Text, strings.ToLower(n)):
			return true
		}
	}
	return false
}

// isProper reports whether name has two words or more and each begins with a capital.
func isProper(name string) bool {
	words := strings.Fields(name)
	for _, w := range words {
		if !unicode.IsUpper([]rune(w)[0]) {
			return false
		}
	}
	return len(words) > 1
}

// bracketed returns the other name that a text gives in brackets right behind the first:
// "弘川 (Hongchuan) is ...".
func bracketed(text string, names []string) []string {
	for _, n := range names {
		rest, ok := strings.CutPrefix(text, n)
		if !ok {
			continue
		}
		if m := openingBrackets.FindStringSubmatch(rest); m != nil && isName(m[1]) && strings.ContainsFunc(m[1], unicode.IsUpper) {
			return []string{strings.TrimSpace(m[1])}
		}
	}
	return nil
}

var openingBrackets = regexp.MustCompile(`^\s*[（(]([^（()）/]{2,40})[)）]`)

// minNamings is how often a text must name what its heading names in front of
// a colon, when it does not open with it.
const minNamings = 3

// hasChildren reports whether sections stand below section i.
func hasChildren(r *corpus.Report, i int) bool {
	return i+1 < len(r.Sections) && len(r.Sections[i+1].Path) > len(r.Sections[i].Path) &&
		slices.Equal(r.Sections[i+1].Path[:len(r.Sections[i].Path)], r.Sections[i].Path)
}

// lastOf returns where the last section below section i's heading, or beside
// it under a "what is" heading, ends.
func lastOf(r *corpus.Report, i int) int {
	end := r.Sections[i].End
	for j := i + 1; j < len(r.Sections); j++ {
		p := r.Sections[j].Path
		if len(p) <= len(r.Sections[i].Path) || !slices.Equal(p[:len(r.Sections[i].Path)], r.Sections[i].Path) {
			break
		}
		end = r.Sections[j].End
	}
	return end
}

// endOfAsked returns where the sections beside section i end that go on about
// what its heading asks for: up to the next heading that asks, or the end of
// what stands above them.
func endOfAsked(r *corpus.Report, i int, patterns []string) int {
	above := r.Sections[i].Path[:len(r.Sections[i].Path)-1]
	end := r.Sections[i].End
	for j := i + 1; j < len(r.Sections); j++ {
		p := r.Sections[j].Path
		if len(above) == 0 || len(p) <= len(above) || !slices.Equal(p[:len(above)], above) || askedName(p[len(p)-1], patterns) != "" {
			break
		}
		end = r.Sections[j].End
	}
	return end
}

// askedName returns the X of a heading like "What is X?", or "".
func askedName(heading string, patterns []string) string {
	h := strings.TrimRight(heading, "?？ ")
	for _, p := range patterns {
		before, after, ok := strings.Cut(strings.TrimRight(p, "?？ "), "X")
		if !ok || len(h) <= len(before)+len(after) {
			continue
		}
		if strings.EqualFold(h[:len(before)], before) && strings.EqualFold(h[len(h)-len(after):], after) {
			if x := strings.TrimSpace(h[len(before) : len(h)-len(after)]); isName(x) {
				return x
			}
		}
	}
	return ""
}

// opensWith reports whether text opens with name, by its letters and digits,
// or names it within its first sentence's first few words.
func opensWith(text, name string) bool {
	k := key(name)
	head := text
	if len(head) > 600 {
		head = strings.ToValidUTF8(head[:600], "")
	}
	return k != "" && strings.HasPrefix(key(head), k)
}

// describeBlocks takes table rows under a name column and named list items.
func describeBlocks(r *corpus.Report, s corpus.Section, v *corpus.Vocabulary) []description {
	var out []description
	statements := leadsState(s)
	for n, b := range s.Blocks {
		name := ""
		switch b.Kind {
		case corpus.TableRow:
			if len(b.Cells) > 1 && isNameColumn(b.Cells[0].Column, v.Names.Columns) {
				name = b.Lead
			}
		case corpus.ListItem:
			name = itemName(r.Text[b.Start:b.End], b.Lead, v.Names.Opens)
			if strings.Count(r.Text, lowerFirst(name)) >= max(1, strings.Count(r.Text, name)) {
				name = "" // a term, which stands in small letters elsewhere
			}
			if statements && name == b.Lead {
				name = ""
			}
		case corpus.Paragraph:
			if n == 0 && len(s.Path) > 0 && !hasNamesBelow(s) {
				name = openingName(r.Text[b.Start:b.End], v.Names.Opens, corpus.IsHan)
			}
		}
		if name == "" {
			continue
		}
		d := description{report: r.ID, names: splitName(name), start: b.Start, end: b.End, language: r.Language}
		if len(s.Path) > 0 {
			d.category = s.Path[len(s.Path)-1]
		}
		if len(d.names) == 0 {
			continue
		}
		d.names = append(d.names, bracketed(r.Text[b.Start:b.End], d.names)...)
		if last := len(out) - 1; last >= 0 && b.Kind == corpus.ListItem && isSymbolOf(name, r.Text[out[last].start:out[last].end]) {
			out[last].end = b.End // the item goes on about the one before
			continue
		}
		out = append(out, d)
	}
	return out
}

// leadsState reports whether most of the section's list items open with what is no name:
// "Cheaper cells.", "Grid queues.". Then a single word among them is none either.
func leadsState(s corpus.Section) bool {
	leads, names := 0, 0
	for _, b := range s.Blocks {
		if b.Kind != corpus.ListItem || b.Lead == "" {
			continue
		}
		leads++
		if isName(b.Lead) {
			names++
		}
	}
	return 2*names < leads
}

// isSymbolOf reports whether name is a word in capitals that the description
// before uses: its ticker.
func isSymbolOf(name, before string) bool {
	return name == strings.ToUpper(name) && strings.Contains(before, " "+name+" ")
}

// hasNamesBelow reports whether s holds rows or items: then its opening
// paragraph introduces them and describes none.
func hasNamesBelow(s corpus.Section) bool {
	return slices.ContainsFunc(s.Blocks, func(b corpus.Block) bool { return b.Kind == corpus.TableRow || b.Kind == corpus.ListItem })
}

func isNameColumn(column string, known []string) bool {
	return slices.ContainsFunc(known, func(k string) bool { return corpus.Fold(k) == corpus.Fold(column) })
}

// itemName returns the name that a list item describes: its lead, or the
// Latin name that it opens with.
func itemName(text, lead string, opens []string) string {
	if lead != "" && isName(lead) && strings.ContainsFunc(lead, unicode.IsUpper) {
		return lead
	}
	return openingName(text, opens, nil)
}

// openingName returns the capitalised words that text opens with when one of
// the opening words follows ("Acme Storage is ...", "Acme 是 ..."). A next that is
// not nil must accept the first rune of what follows.
func openingName(text string, opens []string, next func(rune) bool) string {
	end := 0
	for end < len(text) {
		word := text[end:]
		if i := strings.IndexFunc(word, func(r rune) bool { return r == ' ' || r == '\n' || corpus.IsHan(r) || r == '，' || r == ',' }); i >= 0 {
			word = word[:i]
		}
		if word == "" || !nameWord(word) {
			break
		}
		end += len(word)
		if end < len(text) && text[end] == ' ' {
			end++
		}
	}
	name := strings.TrimSpace(text[:end])
	rest := text[end:]
	if name == "" || !isName(name) || !opensDescription(rest, opens) {
		return ""
	}
	if next != nil && !strings.ContainsFunc(string([]rune(rest)[:1]), next) {
		return ""
	}
	return name
}

// lowerFirst is name as a term in running text would be written; a name whose
// first word is no plain capitalised word stays out of question.
func lowerFirst(name string) string {
	first, rest, _ := strings.Cut(name, " ")
	r := []rune(first)
	if len(r) < 2 || !unicode.IsUpper(r[0]) || strings.ContainsFunc(string(r[1:]), func(c rune) bool { return !unicode.IsLower(c) }) {
		return "\x00"
	}
	return " " + strings.TrimSpace(strings.ToLower(first)+" "+rest)
}

// nameWord reports whether w can be part of a name: it begins with a capital or a
// digit, or holds a capital or a dot inside (big.small, inBetween).
func nameWord(w string) bool {
	r := []rune(w)
	if unicode.IsUpper(r[0]) || unicode.IsDigit(r[0]) {
		return true
	}
	return unicode.IsLower(r[0]) && (strings.ContainsFunc(w, unicode.IsUpper) || strings.Contains(strings.Trim(w, "."), "."))
}

func opensDescription(rest string, opens []string) bool {
	for _, o := range opens {
		if !strings.HasPrefix(rest, o) {
			continue
		}
		after := rest[len(o):]
		if o[len(o)-1] < 0x80 && after != "" && unicode.IsLetter([]rune(after)[0]) {
			continue // "is" of "issue"
		}
		return true
	}
	return false
}
