package corpus

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestNormalHolds holds that one text holds a phrase exactly when its normal form
// contains the phrase's.
func TestNormalHolds(t *testing.T) {
	tests := []struct {
		text, phrase string
		want         bool
	}{
		{"It raised $5 million.", "raise", true},
		{"Raising money is hard", "raised", true},
		{"It RAISED money", "raise", true},
		{"praised by all", "raise", false},
		{"market caps differ", "market cap", true},
		{"the market. Cap it", "market cap", true}, // marks between sentences do not count
		{"the market has a cap", "market cap", false},
		{"1,400 boats", "1400", true},
		{"1,400 boats", "400", false},
		{"Ann's boat", "Ann", true},
		{"user-owned boats", "owned", true},
		{"last.fm plays", "last.fm", true},
		{"弘川钒储的电站", "钒储", true},
		{"弘川釩儲的電站", "电站", true},
		{"弘川钒储的电站", "储电", false},
		{"电 站", "电站", true},
		{"ＡＣＭＥ　ｆｅｒｒｉｅｓ", "acme ferry", true},
		{"“Acme” — it’s here", "acme it's", true},
		{"Acme的船", "acme 的 船", true},
		{"anything", "", true},
		{"", "x", false},
	}
	for _, tt := range tests {
		if got := strings.Contains(Normal(tt.text), Normal(tt.phrase)); got != tt.want {
			t.Errorf("%q holds %q: %v, want %v (%q, %q)", tt.text, tt.phrase, got, tt.want, Normal(tt.text), Normal(tt.phrase))
		}
	}
}

func TestUnits(t *testing.T) {
	for text, want := range map[string][]string{
		"":                      {},
		" ?! ":                  {},
		"Batteries, battery":    {"batteri", "batteri"},
		"弘川 raised 4.2 亿":       {"弘", "川", "rais", "4.2", "亿"},
		"as is":                 {"as", "is"},
		"H100 GPT-4 c++":        {"h100", "gpt-4", "c++"},
		"it's Ann's":            {"it", "ann"},
		"the founders' founder": {"the", "founder", "founder"},
	} {
		if got := Units(text); !slices.Equal(got, want) {
			t.Errorf("Units(%q) = %q, want %q", text, got, want)
		}
	}
}

// FuzzNormal holds the form of a normal form, and that normalising again changes nothing
// but the stems.
func FuzzNormal(f *testing.F) {
	for _, s := range []string{"", "It raised $5 million.", "弘川釩儲 raised 4.2 亿元", "Ann's c++ last.fm 1,400", "\xff\x00 İẞǅ", "e\u0301 ﬁ Ⅷ"} {
		f.Add(s, "it")
	}
	f.Fuzz(func(t *testing.T, text, phrase string) {
		n := Normal(text)
		if !strings.HasPrefix(n, " ") || !strings.HasSuffix(n, " ") || strings.Contains(n, "  ") || !utf8.ValidString(n) {
			t.Fatalf("Normal(%q) = %q", text, n)
		}
		if got := strings.Join(Units(text), " "); strings.TrimSpace(n) != got {
			t.Fatalf("Normal(%q) = %q, but its units are %q", text, n, got)
		}
		for _, u := range Units(text) {
			if u == "" || strings.ContainsAny(u, " \t\n") {
				t.Fatalf("Units(%q) holds %q", text, u)
			}
			if r := []rune(u); IsHan(r[0]) && len(r) > 1 {
				t.Fatalf("Units(%q) holds %q, want one Han character a unit", text, u)
			}
		}
		if joined := Normal(text + "\n\n" + phrase); !strings.HasPrefix(joined, n) || !strings.HasSuffix(joined, Normal(phrase)) {
			t.Fatalf("%q and %q side by side are %q", n, Normal(phrase), joined)
		}
	})
}
