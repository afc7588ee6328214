//! Shell completions and the man page, from the argument table.

use clap::CommandFactory;

use crate::arguments::{Arguments, Completions};
use crate::failure::Failure;
use crate::output::print;

/// Prints the completion script for a shell.
pub(crate) fn completions(arguments: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "vitascope", &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Prints the man page: the command itself, then one section for each subcommand.
pub(crate) fn man_page() -> Result<(), Failure> {
    let mut command = Arguments::command();
    command.build();
    let mut page = Vec::new();
    let fail = |error| Failure::failed("man page", error);
    let man = clap_mangen::Man::new(command.clone()).date("");
    man.render_title(&mut page).map_err(fail)?;
    man.render_name_section(&mut page).map_err(fail)?;
    man.render_synopsis_section(&mut page).map_err(fail)?;
    man.render_description_section(&mut page).map_err(fail)?;
    man.render_options_section(&mut page).map_err(fail)?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let heading = format!(".SH \"{}\"\n", subcommand.get_name().to_uppercase());
        page.extend_from_slice(heading.as_bytes());
        let man = clap_mangen::Man::new(subcommand.clone());
        let mut body = Vec::new();
        man.render_synopsis_section(&mut body).map_err(fail)?;
        man.render_description_section(&mut body).map_err(fail)?;
        man.render_options_section(&mut body).map_err(fail)?;
        // The subcommand's own sections become subsections of its section.
        page.extend_from_slice(String::from_utf8_lossy(&body).replace("\n.SH ", "\n.SS ").as_bytes());
    }
    man.render_extra_section(&mut page).map_err(fail)?;
    print(&String::from_utf8_lossy(&page))
}
