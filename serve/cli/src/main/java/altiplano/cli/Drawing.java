package altiplano.cli;

import altiplano.model.LlamaConfig;
import altiplano.model.LlamaConfig.Normalization;
import altiplano.model.LlamaConfig.Positions;

/// A model's architecture drawn in text, as the data flows.
final class Drawing {
  private Drawing() {}

  static String of(LlamaConfig config) {
    return """
      token ids
          │
      embedding        %,d × %,d%s
          │
    ┌─────┤            %s
    │  %-16s %,d
    │  attention       %s of %,d, %s
    └────(+)
    ┌─────┤
    │  %-16s %,d
    │  feed-forward    %s
    └────(+)
          │
      %-16s %,d
      output head      %,d × %,d%s
          │
       logits
    """
        .formatted(
            config.vocabulary(),
            config.width(),
            config.positions() instanceof Positions.Learned ? " + a learned vector a position" : "",
            layers(config),
            norm(config),
            config.width(),
            heads(config),
            config.headSize(),
            positions(config),
            norm(config),
            config.width(),
            feedForward(config),
            norm(config),
            config.width(),
            config.vocabulary(),
            config.width(),
            config.tiedEmbedding() ? " (the embedding's own table)" : "");
  }

  private static String layers(LlamaConfig config) {
    String shared =
        config.layersPerGroup() > 1
            ? " in groups of %d that share weights".formatted(config.layersPerGroup())
            : "";
    return "%d layers%s".formatted(config.layers(), shared);
  }

  private static String norm(LlamaConfig config) {
    return config.normalization() == Normalization.RMS_NORM ? "RMSNorm" : "LayerNorm";
  }

  private static String heads(LlamaConfig config) {
    String direction = config.causal() ? "" : "bidirectional, ";
    return config.heads() == config.keyValueHeads()
        ? "%s%d heads".formatted(direction, config.heads())
        : "%s%d query heads over %d key-value heads"
            .formatted(direction, config.heads(), config.keyValueHeads());
  }

  private static String positions(LlamaConfig config) {
    return switch (config.positions()) {
      case Positions.Learned() -> "learned positions";
      case Positions.Rotary rotary ->
          "rotary base %,.0f%s"
              .formatted(
                  rotary.base(),
                  rotary.scaling().isPresent()
                      ? ", stretched %.0f times".formatted(rotary.scaling().get().factor())
                      : "");
    };
  }

  private static String feedForward(LlamaConfig config) {
    return switch (config.activation()) {
      case SWIGLU ->
          "SwiGLU, %1$,d → 2 × %2$,d → %1$,d".formatted(config.width(), config.feedForward());
      case RELU -> "ReLU, %1$,d → %2$,d → %1$,d".formatted(config.width(), config.feedForward());
      case GELU -> "GELU, %1$,d → %2$,d → %1$,d".formatted(config.width(), config.feedForward());
    };
  }
}
