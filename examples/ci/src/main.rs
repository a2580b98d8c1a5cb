//! What a job runs before it deploys, and a pod before it serves: it loads the settings, prints where each came from, and
//! fails with the whole report if anything is wrong.

use ci::Settings;
use config_core::Secrets;

fn main() -> Result<(), config_core::Error> {
    // A variable or file with our prefix that no setting has fails the job as well.
    let loaded = Settings::loader().strict().load_report()?;
    println!("{}", loaded.report);
    Ok(())
}
