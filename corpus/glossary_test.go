package corpus

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func glossary(t *testing.T, text string) *Glossary {
	t.Helper()
	g, err := ReadGlossary(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestReadGlossary(t *testing.T) {
	g := glossary(t, "\ufeff# towers\r\n\r\n灯塔\tlighthouse; light tower ;\r\n 航标 \tbeacon\n")
	for zh, want := range map[string][]string{"灯塔": {"lighthouse", "light tower"}, "航标": {"beacon"}, "塔": nil} {
		if diff := cmp.Diff(want, g.FromChinese(zh)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", zh, diff)
		}
	}
	if n, zh := g.Phrase([]string{"light", "tower", "keeper"}); n != 2 || !slices.Equal(zh, []string{"灯塔"}) {
		t.Errorf("phrase of %d units: %v", n, zh)
	}
	for _, test := range []struct{ in, want string }{
		{"灯塔 lighthouse\n", "line 1 is \"灯塔 lighthouse\", want a Chinese word, a tab"},
		{"灯塔\tlighthouse\n\tbeacon\n", "line 2"},
		{"灯塔\t \n", "line 1"},
		{"# a\n\n\xb5\xc6\tlighthouse\n", "line 3 is not UTF-8"},
	} {
		if g, err := ReadGlossary(strings.NewReader(test.in)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q gives %v and error %v, want %q", test.in, g, err, test.want)
		}
	}
}

func TestJoinGlossaries(t *testing.T) {
	base := glossary(t, "灯塔\tlighthouse; beacon\n钟\tbell\n信标\tbeacon\n")
	own := glossary(t, "灯塔\tpharos; lighthouse\n航标\tbeacon; day mark\n")
	g := base.Join(own)
	for zh, want := range map[string][]string{"灯塔": {"pharos", "lighthouse", "beacon"}, "钟": {"bell"}, "航标": {"beacon", "day mark"}} {
		if diff := cmp.Diff(want, g.FromChinese(zh)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", zh, diff)
		}
	}
	if diff := cmp.Diff([]string{"航标", "信标", "灯塔"}, g.FromEnglish("beacon")); diff != "" {
		t.Errorf("beacon (-want +got):\n%s", diff)
	}
	if n, zh := g.Phrase([]string{"day", "mark"}); n != 2 || !slices.Equal(zh, []string{"航标"}) {
		t.Errorf("phrase of %d units: %v", n, zh)
	}
	if l := base.FromChinese("灯塔"); !slices.Equal(l, []string{"lighthouse", "beacon"}) || base.FromChinese("航标") != nil {
		t.Errorf("joining changes the glossary that is joined to: %v", l)
	}
	many := glossary(t, "一\tone\n二\tone\n三\tone\n四\tone\n")
	if l := many.Join(glossary(t, "五\tone\n六\tone\n七\tone\n")).FromEnglish("one"); len(l) != maxBack || l[0] != "五" {
		t.Errorf("one is %v, want %d words, own ones first", l, maxBack)
	}
	if base.Join(nil) != base || (*Glossary)(nil).Join(own) != own {
		t.Error("joining nothing makes another glossary")
	}
}

// TestDefaultGlossary holds what the file says of itself.
func TestDefaultGlossary(t *testing.T) {
	g, err := DefaultGlossary()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(g.fromChinese); n < 10_000 {
		t.Errorf("%d words, want the whole glossary", n)
	}
	last := ""
	for line := range strings.Lines(glossaryTSV) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		zh, en, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if zh <= last {
			t.Errorf("%q stands behind %q", zh, last)
		}
		if n := len(strings.Split(en, ";")); n > 3 {
			t.Errorf("%q has %d translations, want at most 3", zh, n)
		}
		last = zh
	}
}

// TestGlossaryInflections holds that an English word is found in any inflection, and that
// no glossary knows no word.
func TestGlossaryInflections(t *testing.T) {
	g := glossary(t, "灯塔\tlighthouse; light tower\n船\tboat\n小船\tboat\n")
	for _, asked := range []string{"lighthouse", "Lighthouses", "LIGHTHOUSE"} {
		if l := g.FromEnglish(Units(asked)[0]); !slices.Equal(l, []string{"灯塔"}) {
			t.Errorf("%s is %v", asked, l)
		}
	}
	if n, _ := g.Phrase(Units("light towers at sea")); n != 2 {
		t.Errorf("a phrase of %d units, want 2", n)
	}
	if n, l := g.Phrase(Units("lighthouse keeper")); n != 0 || l != nil {
		t.Errorf("a phrase of %d units: %v, want none", n, l)
	}
	if l := g.FromEnglish("boat"); !slices.Equal(l, []string{"小船", "船"}) {
		t.Errorf("boat is %v, want the longer word first", l)
	}
	var none *Glossary
	if n, l := none.Phrase([]string{"light", "tower"}); n != 0 || l != nil || none.FromEnglish("boat") != nil || none.FromChinese("船") != nil {
		t.Error("no glossary knows a word")
	}
}

func FuzzReadGlossary(f *testing.F) {
	for _, s := range []string{"", "灯塔\tlighthouse; light tower\n", "# c\n\n塔\t ; \n", "a\tb\tc", "\t\t\n", "塔\t-\n", "塔\t$; c++; U.S.\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := ReadGlossary(strings.NewReader(text))
		if (g == nil) == (err == nil) {
			t.Fatalf("%q gives %v and error %v", text, g, err)
		}
		for key, l := range g.Join(g).allEnglish() {
			if len(l) == 0 || len(l) > maxBack || slices.Contains(l, "") {
				t.Fatalf("%q: %q is %q", text, key, l)
			}
		}
	})
}

func (g *Glossary) allEnglish() map[string][]string {
	if g == nil {
		return nil
	}
	return g.fromEnglish
}
