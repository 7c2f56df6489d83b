package altiplano.corpus.steps;

import java.io.Serializable;
import java.util.List;
import java.util.Set;

/// What a recipe can ask for, step by step.
public sealed interface Step extends Serializable {
  /// Returns the name under which recipes and reports know it.
  String name();

  /// A step that looks at one document at a time.
  sealed interface OneDocument extends Step {
    /// Makes the step ready for one thread.
    RowStep start();
  }

  /// A step that looks at all documents first and then at one at a time.
  sealed interface Gathering extends Step {}

  /// Mojibake back to text.
  record EncodingRepair() implements OneDocument {
    @Override
    public String name() {
      return "repair-encoding";
    }

    @Override
    public RowStep start() {
      return RepairEncoding.start();
    }
  }

  /// The main content of HTML pages; entities elsewhere.
  record HtmlToText() implements OneDocument {
    @Override
    public String name() {
      return "html-to-text";
    }

    @Override
    public RowStep start() {
      return HtmlText.start();
    }
  }

  /// Unicode, line ends, invisible characters, full-width letters and digits.
  record UnicodeNormalisation() implements OneDocument {
    @Override
    public String name() {
      return "normalise";
    }

    @Override
    public RowStep start() {
      return Normalise.start();
    }
  }

  /// Lines of sites and tools.
  record BoilerplateRemoval() implements OneDocument {
    @Override
    public String name() {
      return "boilerplate";
    }

    @Override
    public RowStep start() {
      return Boilerplate.start();
    }
  }

  /// Spaces and blank lines.
  record WhiteSpaceTidying() implements OneDocument {
    @Override
    public String name() {
      return "white-space";
    }

    @Override
    public RowStep start() {
      return WhiteSpace.start();
    }
  }

  /// Runs of one punctuation mark.
  record PunctuationRuns() implements OneDocument {
    @Override
    public String name() {
      return "punctuation";
    }

    @Override
    public RowStep start() {
      return Punctuation.start();
    }
  }

  /// Traditional to simplified Chinese.
  record Simplification() implements OneDocument {
    @Override
    public String name() {
      return "simplify";
    }

    @Override
    public RowStep start() {
      return Simplify.start();
    }
  }

  /// Documents without readable text.
  record EmptyTextRemoval() implements OneDocument {
    @Override
    public String name() {
      return "empty-text";
    }

    @Override
    public RowStep start() {
      return EmptyText.start();
    }
  }

  /// Masks for identity cards, mobiles, bank cards, e-mail and IP addresses.
  record PersonalDataMasking() implements OneDocument {
    @Override
    public String name() {
      return "personal-data";
    }

    @Override
    public RowStep start() {
      return PersonalData.start();
    }
  }

  /// Gopher's rules on repetition.
  record GopherRepetitionRules() implements OneDocument {
    @Override
    public String name() {
      return "gopher-repetition";
    }

    @Override
    public RowStep start() {
      return GopherRepetition.start();
    }
  }

  /// C4's rules.
  record C4Rules() implements OneDocument {
    @Override
    public String name() {
      return "c4";
    }

    @Override
    public RowStep start() {
      return C4.start();
    }
  }

  /// FineWeb's own rules.
  record FineWebRules() implements OneDocument {
    @Override
    public String name() {
      return "fineweb";
    }

    @Override
    public RowStep start() {
      return FineWeb.start();
    }
  }

  /// Labels each document with its language.
  ///
  /// @param keep ISO 639-1 codes; documents in other languages are removed; all stay if empty
  record LanguageLabel(Set<String> keep) implements OneDocument {
    public LanguageLabel {
      keep = Set.copyOf(keep);
    }

    @Override
    public String name() {
      return "language";
    }

    @Override
    public RowStep start() {
      return Language.start(keep);
    }
  }

  /// Gopher's rules on quality.
  ///
  /// @param minimumUnits words, or Chinese characters, that a document must have
  record GopherQualityRules(int minimumUnits) implements OneDocument {
    @Override
    public String name() {
      return "gopher-quality";
    }

    @Override
    public RowStep start() {
      return GopherQuality.start(minimumUnits);
    }
  }

  /// Documents of the same text, but one.
  record ExactDuplicates() implements Step {
    @Override
    public String name() {
      return "exact-duplicates";
    }
  }

  /// Lines that many documents have, as Llama 3 removes them (Dubey et al. 2024, section 3.1.1).
  ///
  /// @param bucketDocuments counted together, in millions of documents 30 as published
  /// @param moreThan a line stays that at most so many documents of a bucket have
  /// @param minimumUnits shorter lines stay: they are headings and phrases
  record RepeatedLines(long bucketDocuments, int moreThan, int minimumUnits) implements Gathering {
    @Override
    public String name() {
      return "repeated-lines";
    }
  }

  /// Documents of nearly the same text, but the best of each cluster.
  ///
  /// @param similarity Jaccard similarity of their shingles from which two are near-duplicates
  /// @param shingle words, or Chinese characters, in a shingle
  record NearDuplicates(double similarity, int shingle) implements Step {
    @Override
    public String name() {
      return "near-duplicates";
    }
  }

  /// Passages that a test set holds too.
  ///
  /// @param against the test sets
  /// @param words in a row, or characters in Chinese, that must agree
  record Contamination(List<TestSet> against, int words, int characters) implements Gathering {
    public Contamination {
      against = List.copyOf(against);
    }

    @Override
    public String name() {
      return "contamination";
    }
  }

  /// Documents that a small language model of the good part finds most unlikely.
  ///
  /// @param remove share of the documents of each language that goes
  record Perplexity(double remove) implements Gathering {
    @Override
    public String name() {
      return "perplexity";
    }
  }

  /// Texts that must not be trained on.
  ///
  /// @param files JSONL
  /// @param fields that hold text; in lists and objects all texts below count
  /// @param where a pattern that a row's `source` must contain; all rows if empty
  record TestSet(List<String> files, List<String> fields, String where) implements Serializable {
    public TestSet {
      files = List.copyOf(files);
      fields = List.copyOf(fields);
    }
  }
}
