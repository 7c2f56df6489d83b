import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/// Writes a jar again with its classes in a newer format.
///
/// An AOT cache takes no class older than Java 6's format (version 50), and picocli's are of Java 5's:
/// each start would read and check all of them anew, which takes more time than all the rest. The
/// code stays as it is; what is added is what a newer format must say of the types on the stack.
final class NewerClasses {
  /// Java 8: what the AOT cache wants, and no rule that code of Java 5 could break.
  private static final int VERSION = 52;

  private static final int OLDEST_IN_A_CACHE = 50;

  private NewerClasses() {}

  /// `NewerClasses FROM.jar TO.jar`; writes nothing and exits with 3 if all classes are new enough.
  public static void main(String[] arguments) throws IOException {
    Path from = Path.of(arguments[0]);
    try (var jar = new JarFile(from.toFile());
        var loader = new URLClassLoader(new URL[] {from.toUri().toURL()})) {
      if (jar.stream().noneMatch(entry -> old(jar, entry))) System.exit(3);
      var resolver =
          ClassHierarchyResolver.ofResourceParsing(loader)
              .orElse(ClassHierarchyResolver.defaultResolver());
      var classes =
          ClassFile.of(
              ClassHierarchyResolverOption.of(resolver), StackMapsOption.GENERATE_STACK_MAPS);
      try (OutputStream file = Files.newOutputStream(Path.of(arguments[1]));
          var target = new JarOutputStream(file)) {
        for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
          var copy = new JarEntry(entry.getName());
          copy.setTime(0); // the same jar gives the same bytes, and so the same build
          target.putNextEntry(copy);
          byte[] bytes = read(jar, entry);
          target.write(old(entry, bytes) ? newer(classes, bytes) : bytes);
        }
      }
    }
  }

  private static byte[] newer(ClassFile classes, byte[] bytes) {
    var model = classes.parse(bytes);
    var transform =
        ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
            .andThen(
                (builder, element) ->
                    builder.with(
                        element instanceof ClassFileVersion
                            ? ClassFileVersion.of(VERSION, 0)
                            : element));
    return classes.transformClass(model, transform);
  }

  private static boolean old(JarFile jar, JarEntry entry) {
    try {
      return old(entry, read(jar, entry));
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
  }

  private static boolean old(JarEntry entry, byte[] bytes) {
    return entry.getName().endsWith(".class") && bytes[7] < OLDEST_IN_A_CACHE;
  }

  private static byte[] read(JarFile jar, JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }
}
