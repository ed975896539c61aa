// Package corpus holds what may be quoted: source reports, read into clean
// text, and the passages they are split into.
//
// Start at [Read], which turns the bytes of one file into a [Report], and
// [Split], which cuts a report into [Passage] values. [ReadDir] does the first
// for a folder with its reports.yaml. [Builtin] returns the reports that are
// embedded in the program.
//
// The clean text of a report is what a person would read: markup, navigation
// and images are gone, every other word stands as it stood. Every section,
// block and passage knows its byte range in that text, so a quotation can be
// checked by slicing.
//
// The package also owns the text folding that the rest of the program
// compares with ([Fold], [Sentences], [Tokens]). It knows nothing of indexes, questions or
// models, and it never goes to the network.
package corpus

import (
	"fmt"
	"strings"
)

// A Report is one source document, read.
type Report struct {
	ID        string // short, stable, unique in a corpus: letters, digits, dashes
	Title     string
	Publisher string // "" when unknown
	URL       string // where the original stands; "" when unknown
	Published Date   // zero when unknown
	Language  string // BCP 47 primary tag of most of the text: "en", "zh"
	License   string // "" when unknown
	Digest    bool   // the text retells the original, it does not hold its wording
	File      string // base name of the file it was read from

	Text     string    // the clean text, UTF-8, lines separated by \n
	Sections []Section // in reading order; their ranges do not overlap
}

// A Section is a run of blocks below one heading path. Text before the first
// heading is a section with the empty path.
type Section struct {
	Path       []string // headings from the outermost to this one, without the report's own title
	Start, End int      // byte range in Report.Text, heading line excluded
	Blocks     []Block
}

// BlockKind says what a block was in the source.
type BlockKind int

// The kinds of blocks.
const (
	Paragraph BlockKind = iota
	ListItem
	TableRow // its cells stand one below the other in the clean text
	Quote
	Code
)

// A Block is the smallest unit of layout: one paragraph, list item or table row.
type Block struct {
	Kind       BlockKind
	Start, End int    // byte range in Report.Text
	Lead       string // the name a list item or a table row opens with (bold text, first cell, text before a colon); "" when there is none
	Cells      []Cell // of a table row, in column order; nil for other kinds
}

// A Cell is one cell of a table row.
type Cell struct {
	Column     string // the column's heading; "" when the table has none
	Start, End int    // byte range in Report.Text
}

// A Passage is a quotable span of one report: the unit that is indexed,
// retrieved and cited.
type Passage struct {
	ID         string   // report id, '#', running number from 1
	Report     string   // Report.ID
	Path       []string // heading path; a table row or a named list item adds its Lead as the last element
	Header     string   // deterministic context for the index: title > path, year. Never quoted
	Text       string   // Report.Text[Start:End]
	Start, End int      // byte range in Report.Text
	Kind       BlockKind
	Cells      []Cell // of a table row, offsets in Report.Text
	Language   string // of this passage: "en", "zh"
}

// Section returns the heading path as the citation shows it, joined with " > ".
func (p Passage) Section() string { return strings.Join(p.Path, " > ") }

// A Date is a day, a month or a year, as precise as its source gives it.
type Date struct {
	Year, Month, Day int  // Month and Day are 0 when not given
	Inferred         bool // not printed in the report but implied by its content
}

// IsZero reports whether d is no date at all.
func (d Date) IsZero() bool { return d.Year == 0 }

// String formats d as 2024, 2024-03 or 2024-03-27; "" for the zero date.
func (d Date) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// ParseDate reads what [Date.String] writes.
func ParseDate(s string) (Date, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Date{}, nil
	}
	var d Date
	var err error
	switch strings.Count(s, "-") {
	case 0:
		_, err = fmt.Sscanf(s, "%4d", &d.Year)
	case 1:
		_, err = fmt.Sscanf(s, "%4d-%2d", &d.Year, &d.Month)
	default:
		_, err = fmt.Sscanf(s, "%4d-%2d-%2d", &d.Year, &d.Month, &d.Day)
	}
	if err != nil || d.String() != s || d.Month > 12 || d.Day > 31 {
		return Date{}, fmt.Errorf("date %q: want YYYY, YYYY-MM or YYYY-MM-DD", s)
	}
	return d, nil
}

// Compare orders dates by time: -1, 0 or 1. A date of less precision counts
// as its beginning.
func (d Date) Compare(e Date) int {
	for _, p := range [][2]int{{d.Year, e.Year}, {d.Month, e.Month}, {d.Day, e.Day}} {
		if p[0] != p[1] {
			if p[0] < p[1] {
				return -1
			}
			return 1
		}
	}
	return 0
}
