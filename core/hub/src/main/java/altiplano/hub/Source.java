package altiplano.hub;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where models come from.
public sealed interface Source {
  /// Returns the address of the hub, for a folder its `file:` address.
  URI endpoint();

  /// The Hugging Face hub, or a mirror that answers as it does.
  record HuggingFace(URI endpoint) implements Source {}

  /// ModelScope, 魔搭社区.
  record ModelScope(URI endpoint) implements Source {}

  /// A folder on this machine: a model folder, or one that holds `ORGANISATION/NAME`.
  record LocalFolder(Path path) implements Source {
    @Override
    public URI endpoint() {
      return path.toAbsolutePath().normalize().toUri();
    }
  }

  /// Returns the source that a user names: `huggingface`, `modelscope`, the address of a mirror of
  /// the Hugging Face hub, or a folder.
  ///
  /// @param environment `HF_ENDPOINT` and `MODELSCOPE_ENDPOINT` in it are followed
  /// @throws HubException if it is none of these
  static Source of(String name, Map<String, String> environment) {
    return switch (name) {
      case "huggingface" ->
          new HuggingFace(
              address(
                  "HF_ENDPOINT",
                  environment.getOrDefault("HF_ENDPOINT", "https://huggingface.co")));
      case "modelscope" ->
          new ModelScope(
              address(
                  "MODELSCOPE_ENDPOINT",
                  environment.getOrDefault("MODELSCOPE_ENDPOINT", "https://www.modelscope.cn")));
      default -> {
        if (name.matches("(?i)https?://.*")) yield new HuggingFace(address("--source", name));
        if (Files.isDirectory(Path.of(name))) yield new LocalFolder(Path.of(name));
        throw new HubException(
            name
                + ": no source. Give huggingface, modelscope, the address of a mirror or a"
                + " folder.");
      }
    };
  }

  private static URI address(String from, String text) {
    try {
      var address = new URI(text.strip());
      boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
      if (web && address.getHost() != null && address.getUserInfo() == null) return address;
    } catch (URISyntaxException noAddress) {
      // Reported below, without the text: it may hold a password.
    }
    throw new HubException(
        from + ": no address of a hub. Give one such as https://huggingface.co.");
  }

  /// Returns the token that the environment holds for this source: `HF_TOKEN` or
  /// `MODELSCOPE_API_TOKEN`.
  ///
  /// @throws HubException if it cannot be one; the message does not show it
  default Optional<String> token(Map<String, String> environment) {
    return switch (this) {
      case HuggingFace _ -> token(environment, "HF_TOKEN");
      case ModelScope _ -> token(environment, "MODELSCOPE_API_TOKEN");
      case LocalFolder _ -> Optional.empty();
    };
  }

  private static Optional<String> token(Map<String, String> environment, String name) {
    var token = environment.getOrDefault(name, "").strip();
    if (token.isEmpty()) return Optional.empty();
    if (token.matches("[!-:<-~]+")) return Optional.of(token);
    throw new HubException(name + ": holds characters that no token has. Set it again.");
  }

  /// Returns the branch that is meant where none is named.
  default String defaultRevision() {
    return this instanceof ModelScope ? "master" : "main";
  }
}
