package io.chunkserver.transport;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the walls between the packages of the transport: the seam, the protocol, and the ends of the wire. */
class ArchitectureTest {

    private static final String ROOT = "io.chunkserver.transport";

    private static final JavaClasses TRANSPORT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
            .importPackages(ROOT);

    @Test
    void everyPackageHasItsPlace() {
        check(classes()
                .should()
                .resideInAnyPackage(
                        ROOT,
                        ROOT + ".protocol",
                        ROOT + ".security",
                        ROOT + ".netty",
                        ROOT + ".loopback",
                        ROOT + ".server",
                        ROOT + ".client",
                        ROOT + ".zookeeper"));
    }

    @Test
    void onlyTheNettyPackageKnowsNetty() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".netty")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.."));
    }

    @Test
    void protocolDoesNoInputOrOutput() {
        check(noClasses()
                .that()
                .resideInAPackage(ROOT + ".protocol")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "javax.net..", "java.nio.channels..", "java.nio.file.."));
    }

    @Test
    void seamKnowsNoneOfItsImplementations() {
        check(noClasses()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        ROOT + ".netty", ROOT + ".loopback", ROOT + ".server", ROOT + ".client", ROOT + ".zookeeper"));
    }

    @Test
    void serverAndClientMeetOnlyOnTheWire() {
        check(noClasses()
                .that()
                .resideInAPackage(ROOT + ".server")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".client", ROOT + ".netty", ROOT + ".loopback"));
        check(noClasses()
                .that()
                .resideInAPackage(ROOT + ".client")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".server", ROOT + ".netty", ROOT + ".loopback"));
    }

    @Test
    void transportsDoNotKnowWhoUsesThem() {
        check(noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".netty", ROOT + ".loopback")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".server", ROOT + ".client", ROOT + ".zookeeper"));
    }

    @Test
    void knowsNoCommandLineAndNoRunner() {
        check(noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.chunkserver.runner..", "picocli..", "org.tomlj..", "ch.qos.logback.."));
        check(noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging.."));
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        Path sources = Path.of(System.getProperty("basedir", ""), "src", "main", "java");
        Set<Path> undocumented = new TreeSet<>();
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .filter(directory -> Files.notExists(directory.resolve("package-info.java")))
                    .map(sources::relativize)
                    .forEach(undocumented::add);
        }
        assertThat(undocumented).as("packages without package-info.java").isEmpty();
    }

    /** A rule about a package that holds nothing yet is kept, not broken. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(TRANSPORT);
    }
}
