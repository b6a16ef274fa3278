// Lucene's classic query parser, set up as Elasticsearch's and OpenSearch's `query_string` sets it up.
//
// Reads JSON lines {"id", "query", "events"?: [{field: value or [values]}, …]} from standard input and
// writes for each {"id", "error"?, "found"?: [true or false for each event]}. Without events the query
// is only parsed; its regular expressions are compiled, too. An argument `keep-case` leaves out all
// that is said of letters below.
//
// What an event's fields are: `keyword` with a `lowercase` normalizer, names as given (case matters).
// * A value is one term: not cut at spaces, each code point in lower case (Character.toLowerCase, root).
// * Terms, phrases and prefixes of the query are lowered as a whole. Of wildcards everything is but
//   `*`, `?` and characters after a backslash. Of a regular expression everything is, also `\S`, which
//   then is `\s`, as in Elasticsearch. A phrase is one term, for nothing cuts it.
// * Regular expressions are Lucene's, with all of its operators (`@ # & ~ <>`), and cover the whole
//   value. More than 1,000 characters are an error (index.max_regex_length).
// * `>5`, `>=5`, `<5`, `<=5` after a field compare, unless quoted; a backslash before `>` or `<`
//   does not change that. A bound that is a number is compared with values that are numbers,
//   as in a numeric field; any other bound by terms.
// * A term with `/` that is a network finds the addresses in it, as in an `ip` field.
// * `_exists_:f` and `f:*` ask whether the event has `f`, or fields below it.
// * Without a field all fields are searched. A field with `*` stands for all that match.
// * A group of negations only is read as "all but", and operators without parentheses as Lucene
//   reads them: `a AND b OR c` is `+a +b c`, and `a OR NOT b` is `a -b`.
// There is no limit to the number of clauses: Elasticsearch derives its own from memory and threads.

import com.google.gson.*;
import java.io.*;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.document.*;
import org.apache.lucene.index.*;
import org.apache.lucene.queryparser.classic.*;
import org.apache.lucene.search.*;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.RegExp;

public class Lucene {
    static boolean fold = true;
    static final Map<String, Automaton> AUTOMATA = new HashMap<>();

    public static void main(String[] args) throws Exception {
        fold = !Arrays.asList(args).contains("keep-case");
        BooleanQuery.setMaxClauseCount(Integer.MAX_VALUE);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8);
        Gson gson = new GsonBuilder().disableHtmlEscaping().create();
        for (String line; (line = in.readLine()) != null; ) {
            JsonObject request = JsonParser.parseString(line).getAsJsonObject();
            JsonObject answer = new JsonObject();
            answer.add("id", request.get("id"));
            try {
                answer(request, answer);
            } catch (ParseException | RuntimeException | StackOverflowError error) {
                answer.addProperty("error", firstLine(error));
            }
            out.println(gson.toJson(answer));
        }
        out.flush();
    }

    static String firstLine(Throwable error) {
        return (error.getMessage() == null ? error.toString() : error.getMessage()).replaceAll("\\s+", " ");
    }

    static void answer(JsonObject request, JsonObject answer) throws ParseException, IOException {
        String query = request.get("query").getAsString();
        JsonArray events = request.getAsJsonArray("events");
        if (events == null) {
            new Parser(null).read(query);
            return;
        }
        try (var directory = new ByteBuffersDirectory()) {
            Set<String> mapping = new TreeSet<>();
            try (var writer = new IndexWriter(directory, new IndexWriterConfig(ANALYZER))) {
                for (JsonElement event : events) writer.addDocument(document(event.getAsJsonObject(), mapping));
            }
            Query parsed = new Parser(mapping).read(query);
            JsonArray found = new JsonArray();
            try (var reader = DirectoryReader.open(directory)) {
                var hits = new HashSet<Integer>();
                for (ScoreDoc hit : new IndexSearcher(reader).search(parsed, Math.max(1, events.size())).scoreDocs) hits.add(hit.doc);
                for (int i = 0; i < events.size(); i++) found.add(hits.contains(i));
            }
            answer.add("found", found);
        }
    }

    static final Analyzer ANALYZER = new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            var whole = new KeywordTokenizer();
            return fold ? new TokenStreamComponents(whole, new LowerCaseFilter(whole)) : new TokenStreamComponents(whole);
        }

        @Override
        protected TokenStream normalize(String field, TokenStream in) {
            return fold ? new LowerCaseFilter(in) : in;
        }
    };

    static Document document(JsonObject event, Set<String> mapping) {
        var document = new Document();
        for (var field : event.entrySet()) {
            String name = field.getKey();
            JsonElement value = field.getValue();
            if (value.isJsonNull()) continue;
            JsonArray values = value.isJsonArray() ? value.getAsJsonArray() : new JsonArray();
            if (!value.isJsonArray()) values.add(value);
            for (JsonElement one : values) {
                String text = one.getAsString();
                mapping.add(name);
                document.add(new StringField(name, ANALYZER.normalize(name, text), Field.Store.NO));
                for (int dot = name.length(); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
                    document.add(new StringField("_field_names", name.substring(0, dot), Field.Store.NO));
                }
                Double number = number(text);
                if (number != null) document.add(new DoublePoint(name + "#number", number));
                InetAddress address = address(text);
                if (address != null) document.add(new InetAddressPoint(name + "#address", address));
            }
        }
        return document;
    }

    static Double number(String text) {
        try {
            return text.matches("[-+0-9.eE]+") ? Double.valueOf(text) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Never asks a name server. */
    static InetAddress address(String text) {
        if (!text.matches("\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) return null;
        try {
            return InetAddress.getByName(text);
        } catch (IOException e) {
            return null;
        }
    }

    static class Parser extends QueryParser {
        /** The fields there are; null: all that are asked for. */
        final Set<String> mapping;

        Parser(Set<String> mapping) {
            super(null, ANALYZER);
            this.mapping = mapping;
            setAllowLeadingWildcard(true);
            setDefaultOperator(Operator.OR);
            setMultiTermRewriteMethod(MultiTermQuery.CONSTANT_SCORE_REWRITE);
        }

        Query read(String text) throws ParseException {
            return text.isBlank() ? new MatchNoDocsQuery() : negative(parse(text));
        }

        interface OneField {
            Query query(String field) throws ParseException;
        }

        /** The query for each field that a name stands for. */
        Query each(String name, OneField one) throws ParseException {
            if (mapping == null) return one.query(name == null ? "*" : name);
            var queries = new ArrayList<Query>();
            for (String field : mapping) {
                if (name == null || field.equals(name) || name.contains("*") && simple(name).matcher(field).matches()) {
                    queries.add(one.query(field));
                }
            }
            if (queries.isEmpty()) return new MatchNoDocsQuery("no field " + name);
            return queries.size() == 1 ? queries.get(0) : new DisjunctionMaxQuery(queries, 0);
        }

        static Pattern simple(String name) {
            var pattern = new StringBuilder();
            for (String part : name.split("((?<=\\*)|(?=\\*))")) pattern.append(part.equals("*") ? ".*" : Pattern.quote(part));
            return Pattern.compile(pattern.toString(), Pattern.DOTALL);
        }

        static Query exists(String name) {
            return name.contains("*")
                ? new ConstantScoreQuery(new WildcardQuery(new Term("_field_names", name)))
                : new ConstantScoreQuery(new TermQuery(new Term("_field_names", name)));
        }

        Query term(String field, String text) {
            Query term = new TermQuery(new Term(field, ANALYZER.normalize(field, text)));
            int slash = text.indexOf('/');
            InetAddress network = slash < 0 ? null : address(text.substring(0, slash));
            if (network == null || !text.substring(slash + 1).matches("\\d{1,3}")) return term;
            int length = Integer.parseInt(text.substring(slash + 1));
            return new BooleanQuery.Builder()
                .add(term, BooleanClause.Occur.SHOULD)
                .add(InetAddressPoint.newPrefixQuery(field + "#address", network, length), BooleanClause.Occur.SHOULD)
                .build();
        }

        @Override
        protected Query getFieldQuery(String field, String text, boolean quoted) throws ParseException {
            if ("_exists_".equals(field)) return exists(text);
            if (!quoted && field != null && text.length() > 1 && "<>".indexOf(text.charAt(0)) >= 0) {
                boolean inclusive = text.length() > 2 && text.charAt(1) == '=';
                String bound = text.substring(inclusive ? 2 : 1);
                return text.charAt(0) == '>'
                    ? getRangeQuery(field, bound, null, inclusive, true)
                    : getRangeQuery(field, null, bound, true, inclusive);
            }
            return each(field, one -> term(one, text));
        }

        @Override
        protected Query getFieldQuery(String field, String text, int slop) throws ParseException {
            return getFieldQuery(field, text, true);
        }

        @Override
        protected Query getRangeQuery(String field, String low, String high, boolean withLow, boolean withHigh)
                throws ParseException {
            String from = "*".equals(low) ? null : low, to = "*".equals(high) ? null : high;
            return each(field, one -> {
                Double least = from == null ? (Double) Double.NEGATIVE_INFINITY : number(from);
                Double most = to == null ? (Double) Double.POSITIVE_INFINITY : number(to);
                if (least == null || most == null) {
                    return new TermRangeQuery(one, from == null ? null : ANALYZER.normalize(one, from),
                        to == null ? null : ANALYZER.normalize(one, to), withLow, withHigh);
                }
                return DoublePoint.newRangeQuery(one + "#number",
                    withLow ? least : DoublePoint.nextUp(least), withHigh ? most : DoublePoint.nextDown(most));
            });
        }

        @Override
        protected Query getPrefixQuery(String field, String text) throws ParseException {
            return each(field, one -> new PrefixQuery(new Term(one, ANALYZER.normalize(one, text))));
        }

        @Override
        protected Query getWildcardQuery(String field, String text) throws ParseException {
            if (text.equals("*") && field != null) return field.equals("*") ? new MatchAllDocsQuery() : exists(field);
            return each(field, one -> text.equals("*") ? exists(one) : super.getWildcardQuery(one, text));
        }

        @Override
        protected Query getRegexpQuery(String field, String text) throws ParseException {
            if (text.length() > 1000) {
                throw new ParseException("a regular expression of " + text.length() + " characters; 1000 are allowed");
            }
            return each(field, one -> {
                String lowered = ANALYZER.normalize(one, text).utf8ToString();
                Automaton automaton = AUTOMATA.computeIfAbsent(lowered, key -> new RegExp(key, RegExp.ALL).toAutomaton(10_000));
                // As RegexpQuery does. What Lucene 8 prepares for the search takes half a minute for some.
                return mapping == null ? new MatchNoDocsQuery() : new AutomatonQuery(new Term(one, lowered), automaton, 10_000);
            });
        }

        @Override
        protected Query getFuzzyQuery(String field, String text, float similarity) throws ParseException {
            return each(field, one -> super.getFuzzyQuery(one, text, similarity));
        }

        @Override
        protected Query getBooleanQuery(List<BooleanClause> clauses) throws ParseException {
            Query query = super.getBooleanQuery(clauses);
            return query == null ? null : negative(query);
        }

        /** A group of negations finds all but what they name. */
        static Query negative(Query query) {
            if (!(query instanceof BooleanQuery)) return query;
            var clauses = ((BooleanQuery) query).clauses();
            if (clauses.isEmpty() || !clauses.stream().allMatch(BooleanClause::isProhibited)) return query;
            var all = new BooleanQuery.Builder().add(new MatchAllDocsQuery(), BooleanClause.Occur.MUST);
            clauses.forEach(all::add);
            return all.build();
        }
    }
}
