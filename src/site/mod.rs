//! Names and addresses of everything that is written, and what each page shows.
//!
//! `plan` fixes every route before anything is rendered, so a link is looked up and cannot be
//! formatted wrongly. `view` turns the graph into [`Page`]s: the same page feeds the HTML
//! templates and the Markdown writer, which is why both always say the same.

mod entity_files;
pub mod exports;
mod frame;
mod links;
mod matrix_counts;
mod page;
mod places;
mod plan;
mod plan_input;
mod route;
mod search;
mod view;

pub use frame::{Format, Frame, NavGroup, NavItem, RouteTable};
pub use links::{BrokenLink, LinkIndex, LinkSource, destinations, markdown_fields};
pub use page::{
    Badge, Block, CodeBlock, Column, Fact, FactValue, Fold, Inline, MatrixActor, MatrixCell, MatrixChoices,
    MatrixColumn, MatrixRule, MatrixTest, Overview, Page, PageKind, Prose, Query, QueryText, Section, Stat, Tone,
    WayStep,
};
pub use plan::{Collision, SitePlan, Subject, matrix_choices, matrix_picture, plan};
pub use plan_input::PlanInput;
pub use route::{BadOutPath, LinkTarget, OutPath, RouteId};
pub use search::{Searchable, fold};
pub use view::{ObjectLayer, SiteView, notice};
