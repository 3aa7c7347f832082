package io.chunkserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README.md shows as Java can be copied as it stands. */
class ReadmeTest {

    private static final Path PAGE = Path.of(System.getProperty("basedir", ""), "..", "README.md");
    private static final Pattern SOURCE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    /** A source out of the page. */
    private static final class Shown extends SimpleJavaFileObject {

        private final String text;

        Shown(String text) {
            super(URI.create("readme:///Shown.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    @Test
    void everySourceCompilesAsItIsShown(@TempDir Path classes) throws IOException {
        List<JavaFileObject> sources = SOURCE.matcher(Files.readString(PAGE))
                .results()
                .<JavaFileObject>map(source -> new Shown(source.group(1)))
                .toList();
        assertThat(sources).isNotEmpty();
        StringWriter complaints = new StringWriter();

        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(complaints, null, null, List.of("-proc:none", "-d", classes.toString()), null, sources)
                .call();

        assertThat(compiled).as("compiled: %s", complaints).isTrue();
    }
}
