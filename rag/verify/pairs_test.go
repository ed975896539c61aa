package verify

import (
	"os"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
)

// A pair is an entry of testdata/pairs.txt.
type couple struct {
	line     int
	sentence string
	source   Source
	about    []string
	want     Reason
}

func readPairs(t testing.TB) []couple {
	t.Helper()
	data, err := os.ReadFile("testdata/pairs.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []couple
	var p couple
	for i, line := range strings.Split(string(data), "\n") {
		k, v, ok := strings.Cut(line, ": ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		switch k {
		case "s":
			p = couple{line: i + 1, sentence: v}
		case "p":
			p.source.Text = v
		case "of":
			p.source.Subject = strings.Split(v, "; ")
		case "about":
			p.about = strings.Split(v, "; ")
		case "in":
			p.source.Heading = v
		case "on":
			if p.source.Published, err = corpus.ParseDate(v); err != nil {
				t.Fatal(err)
			}
		case "want":
			if v != "ok" {
				p.want = Reason(v)
			}
			out = append(out, p)
		default:
			t.Fatalf("testdata/pairs.txt:%d: unknown key %q", i+1, k)
		}
	}
	return out
}

func TestPairs(t *testing.T) {
	c := newChecker(t, nil)
	for _, p := range readPairs(t) {
		v := c.Check(p.sentence, []Source{p.source}, p.about)
		if v.Reason != p.want || v.Supported != (p.want == "") || v.Supported != (v.Detail == "") {
			t.Errorf("testdata/pairs.txt:%d: %q\n got %v %q %s\nwant %q", p.line, p.sentence, v.Supported, v.Reason, v.Detail, p.want)
		}
	}
}
