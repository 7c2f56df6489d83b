package altiplano.hub;

import java.net.URI;

/// Where models come from.
public sealed interface Source {
  /// Returns the address of the hub.
  URI endpoint();

  /// The Hugging Face hub, or a mirror that answers as it does.
  record HuggingFace(URI endpoint) implements Source {}

  /// ModelScope, 魔搭社区.
  record ModelScope(URI endpoint) implements Source {}
}
