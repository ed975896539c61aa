package corpus

import (
	"flag"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/longbridgeapp/opencc"
)

var update = flag.Bool("update", false, "write the golden files and traditional.txt anew")

func TestTraditionalRunes(t *testing.T) {
	cc, err := opencc.New("tw2sp")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for r := rune(hanBlock); r < hanEnd; r++ {
		if !unicode.Is(unicode.Han, r) {
			continue
		}
		s, err := cc.Convert(string(r))
		if err != nil {
			t.Fatal(err)
		}
		if s != string(r) && string(r) != smallMe {
			b.WriteRune(r)
			if utf8.RuneCountInString(b.String())%60 == 0 {
				b.WriteByte('\n')
			}
		}
	}
	want := strings.TrimSpace(b.String()) + "\n"
	if *update {
		if err := os.WriteFile("traditional.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, traditionalRunes); diff != "" {
		t.Errorf("traditional.txt is not what the dictionaries hold (run with -update):\n%s", diff)
	}
}

func TestFold(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "last.fm is up", "last.fm is up"},
		{"case and blanks", "  The\tHarbour \n of  North ", "the harbour of north"},
		{"full width", "ＴＥＵ　１２３，ｏｋ", "teu 123,ok"},
		{"quotes and dashes", "“a” ‘b’ c–d—e−f « g » `h`", `"a" 'b' c-d-e-f " g " 'h'`},
		{"ligature and dots", "ﬁne…", "fine..."},
		{"a character that both scripts have", "什么 怎麼 是什麼", "什么 怎么 是什么"},
		{"characters", "碼頭項目的資產", "码头项目的资产"},
		{"words", "軟體與網路的資料庫", "软件与网络的数据库"},
		{"taiwan words without traditional characters stay", "方程式", "方程式"},
		{"simplified", "北方的港口市场", "北方的港口市场"},
		{"zero width", "a\u200bb\ufeff", "ab"},
		{"invalid bytes", "a\xffB", "ab"},
		{"controls", "a\x00b", "a b"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Fold(tt.in); got != tt.want {
				t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// TestFoldLoadsLazily checks that only traditional text needs the
// dictionaries.
func TestFoldLoadsLazily(t *testing.T) {
	for _, s := range []string{"The harbour", "“Ça” — naïve", "北方的港口市场，价格约为 3.5 元", "港口"} {
		if hasTraditional(s) {
			t.Errorf("%q needs the dictionaries", s)
		}
	}
	for _, s := range []string{"軟體", "一個港口", "里程碑與港口"} {
		if !hasTraditional(s) {
			t.Errorf("%q needs no dictionaries", s)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Harbour  NORTH", "軟體與網路", "ﬁ…“”", "İẞ", "\xff", "`´", "㍿", "1,000.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Fold(s)
		if !utf8.ValidString(got) {
			t.Errorf("Fold(%q) = %q is not valid UTF-8", s, got)
		}
		if strings.TrimSpace(got) != got || strings.Contains(got, "  ") {
			t.Errorf("Fold(%q) = %q has stray blanks", s, got)
		}
		for _, token := range Tokens(s) {
			if token == "" {
				t.Errorf("Tokens(%q) holds an empty token", s)
			}
		}
	})
}

func TestTokens(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{"last.fm costs $0.1318, not 1,000 or 1,000,000.50.", []string{"last.fm", "costs", "0.1318", "not", "1000", "or", "1000000.50"}},
		{"F-16's user-owned 2023-2024 X100-80GB", []string{"f-16", "user", "owned", "2023", "2024", "x100", "80gb"}},
		{"12,34 and 1,2,3", []string{"12", "34", "and", "1", "2", "3"}},
		{"C++ and C# or C", []string{"c++", "and", "c#", "or", "c"}},
		{"don't, Crane’s", []string{"don't", "crane"}},
		{"U.S. benefits.It is", []string{"u.s", "benefits", "it", "is"}},
		{"港口云 TEU", []string{"港", "港口", "口", "口云", "云", "teu"}},
		{"軟體", []string{"软", "软件", "件"}},
		{"融资2500万", []string{"融", "融资", "资", "2500", "万"}},
		{"@Coast_News 60+", []string{"coast_news", "60"}},
		{"…", nil},
		{"Boğaziçi naïve", []string{"boğaziçi", "naïve"}},
	}
	for _, tt := range tests {
		got := Tokens(tt.in)
		if len(got) == 0 {
			got = nil
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Tokens(%q) (-want +got)\n%s", tt.in, diff)
		}
	}
}

func TestLanguage(t *testing.T) {
	tests := []struct {
		in, want string
		share    float64
	}{
		{"", "en", 0},
		{"3.5 %", "en", 0},
		{"The harbour of the north", "en", 0},
		{"北港很大", "zh", 1},
		{"NCRN 市值多少", "zh", 0.8},
		{"Alpha x Beta - Infra Layer 是什么？", "zh", 0.375},
		{"Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota 云", "en", 0.1},
		{"What does 港口云 mean in this report?", "en", 3.0 / 9},
		{"last.fm 的 TEU 价格", "zh", 0.6},
	}
	for _, tt := range tests {
		if got := Language(tt.in); got != tt.want {
			t.Errorf("Language(%q) = %q, want %q", tt.in, got, tt.want)
		}
		if got := HanShare(tt.in); got < tt.share-0.01 || got > tt.share+0.01 {
			t.Errorf("HanShare(%q) = %.3f, want %.3f", tt.in, got, tt.share)
		}
	}
}

func BenchmarkFold(b *testing.B) {
	for _, tt := range []struct{ name, text string }{
		{"plain", "the price of last.fm is 0.76 dollars an hour"},
		{"english", "The price of last.fm is “$0.76” an hour — and falling."},
		{"simplified", "北方的港口市场允许用户提供自己的 水与电 资源。"},
		{"traditional", "北方的港口市場允許用戶提供自己的 水與電 資源。"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			for b.Loop() {
				Fold(tt.text)
			}
		})
	}
}

func BenchmarkLoadDictionaries(b *testing.B) {
	for b.Loop() {
		if _, err := opencc.New("tw2sp"); err != nil {
			b.Fatal(err)
		}
	}
}
