package io.chunkserver.examples.ownstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.examples.FailedProperties;
import org.junit.jupiter.api.Test;

class FoundFaultTest {

    @Test
    void thePropertyFindsTheFaultAndShowsItInFourSteps() {
        assertThat(FailedProperties.of(FailingEarlyCheck.class))
                .singleElement()
                .asString()
                .startsWith("""
                        the store differs from the model, after 4 steps:
                          1. Stage[chunk=/a#0, newerBy=1, lengthBytes=0]
                          2. Stage[chunk=/a#0, newerBy=1, lengthBytes=0]
                          3. Publish[which=0]
                          4. Publish[which=0]
                        [publishing a version that is not newer than the published one]""");
    }

    @Test
    void theSameSeedGivesTheSameReport() {
        assertThat(FailedProperties.of(FailingEarlyCheck.class))
                .isEqualTo(FailedProperties.of(FailingEarlyCheck.class));
    }

    @Test
    void theMendedStorePasses() {
        assertThat(FailedProperties.of(MapChunkStoreProperties.class)).isEmpty();
    }
}
