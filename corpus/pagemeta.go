package corpus

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// pageMeta returns what a page says of itself: Open Graph properties
// (https://ogp.me), the meta names in common use, the canonical link and the
// title.
func pageMeta(root *html.Node) Meta {
	props := map[string]string{}
	set := func(key, value string) {
		value = collapse(normalise(value))
		if key = strings.ToLower(key); key != "" && value != "" && props[key] == "" {
			props[key] = value
		}
	}
	for n := range root.Descendants() {
		switch n.DataAtom {
		case atom.Title:
			if n.Parent != nil && n.Parent.DataAtom == atom.Head {
				set("<title>", textOf(n))
			}
		case atom.Meta:
			key, _ := attribute(n, "property")
			if key == "" {
				key, _ = attribute(n, "name")
			}
			value, _ := attribute(n, "content")
			set(key, value)
		case atom.Link:
			rel, _ := attribute(n, "rel")
			href, _ := attribute(n, "href")
			if strings.EqualFold(rel, "canonical") {
				set("<canonical>", href)
			}
		}
	}
	return metaOf(props)
}

func metaOf(props map[string]string) Meta {
	first := func(keys ...string) string {
		for _, k := range keys {
			if props[k] != "" {
				return props[k]
			}
		}
		return ""
	}
	m := Meta{
		Publisher: first("og:site_name", "citation_publisher", "dc.publisher", "publisher", "application-name"),
	}
	m.Title = withoutSite(first("og:title", "citation_title", "dc.title", "<title>"), m.Publisher)
	if u := first("<canonical>", "og:url"); isWebAddress(u) {
		m.URL = u
	}
	m.Published = looseDate(first("article:published_time", "citation_publication_date", "dc.date", "date", "pubdate", "publish_date"))
	return m
}

// withoutSite removes the name of the site from the end of a page's title:
// "Title | Site".
func withoutSite(title, site string) string {
	rest, ok := strings.CutSuffix(title, site)
	rest = strings.TrimRight(rest, " ")
	bare := strings.TrimRight(rest, "|-–—·_")
	if site == "" || !ok || bare == rest || strings.TrimSpace(bare) == "" {
		return title
	}
	return strings.TrimRight(bare, " ")
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// looseDate reads the date at the start of a timestamp, with - or / between
// its parts; a value that it cannot read is no date.
func looseDate(s string) Date {
	s = strings.ReplaceAll(strings.TrimSpace(s), "/", "-")
	if len(s) > len("2006-01-02") {
		if c := s[len("2006-01-02")]; c != 'T' && c != ' ' {
			return Date{}
		}
		s = s[:len("2006-01-02")]
	}
	d, err := ParseDate(s)
	if err != nil {
		return Date{}
	}
	return d
}
