package corpus

import (
	"fmt"
	"strings"
	"testing"
)

func reader(t testing.TB) *ValueReader {
	t.Helper()
	v, err := DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	return NewValueReader(v.Units)
}

func show(text string, l []Value) string {
	var b []string
	for _, v := range l {
		s := text[v.Start:v.End] + "="
		switch v.Kind {
		case When:
			s += v.Date.String()
			if v.Date.Year == 0 {
				s += fmt.Sprintf("month%d", v.Date.Month)
			}
			if v.Quarter > 0 {
				s += fmt.Sprintf("Q%d", v.Quarter)
			}
		case Amount:
			s += fmt.Sprintf("%s%g", v.Currency, v.Num)
		default:
			s += fmt.Sprintf("%g", v.Num)
		}
		if v.Percent {
			s += "%"
		}
		if v.Malformed {
			s += "!"
		}
		b = append(b, s+strings.TrimSuffix("/"+v.Bound, "/"))
	}
	return strings.Join(b, "; ")
}

func TestReadValues(t *testing.T) {
	r := reader(t)
	tests := []struct{ text, want string }{
		{"市值达到了 1.3 亿美元，FDV 为 2.2 亿美元", "1.3 亿美元=USD1.3e+08; 2.2 亿美元=USD2.2e+08"},
		{"市值 161M，FDV 为 275M。", "161M=1.61e+08; 275M=2.75e+08"},
		{"种子轮融资 $1000 万，由 M23 领投", "$1000 万=USD1e+07"},
		{"募资 5.3M$，估值 50M$。FDV 是 $200, 000, 000，占比 12%", "5.3M$=USD5.3e+06; 50M$=USD5e+07; $200, 000, 000=USD2e+08; 12%=12%"},
		{"市值为 $4,474,463,212 美元", "$4,474,463,212 美元=USD4.474463212e+09"},
		{"FDV $723,377,08424", "$723,377,08424=USD0!"},
		{"FDV$513,189,180，初始", "$513,189,180=USD5.1318918e+08"},
		{"a total of more than $20 million in 2024", "$20 million=USD2e+07/over; 2024=2024"},
		{"at $0.76/hr, an A100 or H100", "$0.76=USD0.76"},
		{"22 年 Q4 推出主网，24 年 Q1 上线", "22 年 Q4=2022Q4; 24 年 Q1=2024Q1"},
		{"2023 年 10 月 11 号重组", "2023 年 10 月 11 号=2023-10-11"},
		{"in September this year and October 2023", "September this year=2024-09; October 2023=2023-10"},
		{"到 4 月 28 日", "4 月 28 日=month4"},
		{"21,000,000 枚", "21,000,000=2.1e+07"},
		{"over 300K verified units", "300K=300000/over"},
		{"超过 25000 万美元", "25000 万美元=USD2.5e+08/over"},
		{"每个节点 0.1259ETH", "0.1259ETH=ETH0.1259"},
		{"rose 522% over the past year", "522%=522%"},
		{"2.57 billion in 2024", "2.57 billion=2.57e+09; 2024=2024"},
		{"March 3, 2023", "March 3, 2023=2023-03-03"},
		{"Q2 2025 or 2025 Q3", "Q2 2025=2025Q2; 2025 Q3=2025Q3"},
		{"430,000 chips", "430,000=430000"},
		{"至今，用户数已超千万", "千万=1e+07/over"},
		{"融资 2000 万美元", "2000 万美元=USD2e+07"},
		{"融资2000万美元，成立于2000年", "2000万美元=USD2e+07; 2000年=2000"},
		{"有 2000 个节点", "2000=2000"},
		{"over 2000 nodes, and its 2021 results", "2000=2000/over; 2021=2021"},
		{"it sold 2020 boats in 2020 waters", "2020=2020; 2020=2020"},
		{"2023-09 上线", "2023-09=2023-09"},
		{"L4\t2,325\t$0.1318/hr", "2,325=2325; $0.1318=USD0.1318"},
		{"no figure here", ""},
	}
	for _, tt := range tests {
		if got := show(tt.text, r.Read(tt.text, 2024)); got != tt.want {
			t.Errorf("Read(%q)\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestFormatAmount(t *testing.T) {
	tests := []struct {
		num          float64
		code, en, zh string
	}{
		{6.5e6, "USD", "$6.5 million", "650 万美元"},
		{4.3e9, "USD", "$4.3 billion", "43 亿美元"},
		{4474463212, "USD", "$4,474,463,212", "4,474,463,212美元"},
		{0.76, "USD", "$0.76", "0.76美元"},
		{1.2e6, "EUR", "€1.2 million", "120 万欧元"},
		{0.1259, "ETH", "0.1259 ETH", "0.1259 ETH"},
	}
	for _, tt := range tests {
		if got := FormatAmount(tt.num, tt.code, "en"); got != tt.en {
			t.Errorf("FormatAmount(%g, en) = %q, want %q", tt.num, got, tt.en)
		}
		if got := FormatAmount(tt.num, tt.code, "zh"); got != tt.zh {
			t.Errorf("FormatAmount(%g, zh) = %q, want %q", tt.num, got, tt.zh)
		}
	}
}

func FuzzReadValues(f *testing.F) {
	f.Add("市值 1.3 亿美元 in Q2 2025, $5M–$6M")
	v, err := DefaultVocabulary()
	if err != nil {
		f.Fatal(err)
	}
	r := NewValueReader(v.Units)
	f.Fuzz(func(t *testing.T, s string) {
		for _, v := range r.Read(s, 2024) {
			if v.Start < 0 || v.End > len(s) || v.Start >= v.End {
				t.Fatalf("Read(%q): value at [%d, %d)", s, v.Start, v.End)
			}
		}
	})
}
